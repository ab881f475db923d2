"""Train a small network on Fashion-MNIST with PyTorch and print its test loss after every epoch."""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def loader(folder: Path, train: bool, batch_size: int) -> DataLoader:
    """The images of the training or test part; downloads them into `folder` if they are not there."""
    data = datasets.FashionMNIST(folder, train=train, download=True, transform=transforms.ToTensor())
    return DataLoader(data, batch_size=batch_size, shuffle=train)


def train_epoch(
    network: nn.Module, batches: DataLoader, optimizer: torch.optim.Optimizer, device: str
) -> None:
    """One pass over the training images."""
    network.train()
    for images, labels in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images.to(device)), labels.to(device)).backward()
        optimizer.step()


@torch.no_grad()
def evaluate(network: nn.Module, batches: DataLoader, device: str) -> tuple[float, float]:
    """Mean loss and accuracy over the test images."""
    network.eval()
    loss, right, count = 0.0, 0, 0
    for images, labels in batches:
        guessed, labels = network(images.to(device)), labels.to(device)
        loss += nn.functional.cross_entropy(guessed, labels, reduction="sum").item()
        right += int((guessed.argmax(dim=1) == labels).sum())
        count += len(labels)
    return loss / count, right / count


def main() -> None:
    """Read the options, train, and report every epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out-layer1", type=int, default=50, help="neurons of the hidden layer")
    parser.add_argument("--batchsize", type=int, default=32, help="images per training step")
    parser.add_argument("--epochs", type=int, default=5, help="passes over the training images")
    parser.add_argument("--data", type=Path, default=Path.home() / ".cache" / "fashion-mnist")
    options = parser.parse_args()

    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train = loader(options.data, True, options.batchsize)
    test = loader(options.data, False, 1000)
    network = nn.Sequential(
        nn.Flatten(), nn.Linear(28 * 28, options.out_layer1), nn.ReLU(), nn.Linear(options.out_layer1, 10)
    ).to(device)
    optimizer = torch.optim.Adam(network.parameters())
    for epoch in range(1, options.epochs + 1):
        train_epoch(network, train, optimizer, device)
        loss, accuracy = evaluate(network, test, device)
        print(f"epoch: {epoch}")
        print(f"accuracy: {accuracy:.4f}")
        print(f"RESULT: {loss:.6f}", flush=True)


if __name__ == "__main__":
    main()
