"""Take the bundled example from the page's form to its best parameters, as a user does; `scripts/demo` starts it."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qsl, urlencode
from urllib.request import urlopen

from worker.spec.formats import toml, url
from worker.store.paths import Home, RunPaths

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "digits"
PAGE_STARTS = 60.0  # seconds that the page has to come up
RUN_ENDS = 1800.0  # seconds after which the demo gives up


class DemoError(Exception):
    """What went wrong, in a sentence for the user."""


def main() -> int:
    """Run the demo; returns its exit code."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--workdir", type=Path, help="folder for the results (default: a new temporary one)")
    parser.add_argument(
        "--evaluations",
        type=int,
        metavar="N",
        help="how many, for a shorter demo (default: those of the example)",
    )
    options = parser.parse_args()
    # An end by TERM takes the same way out as any other, so that the page is never left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        demonstrate(results_folder(options.workdir), options.evaluations)
    except DemoError as error:
        print(f"scripts/demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def results_folder(named: Path | None) -> Path:
    """The folder for the results, made where it is missing."""
    try:
        workdir = named or Path(tempfile.mkdtemp(prefix="omniopt-demo-"))
        workdir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoError(
            f"results cannot be stored in {named or tempfile.gettempdir()} ({error.strerror}). Name a "
            "folder that you can write to: scripts/demo --workdir DIR"
        ) from None
    return workdir.resolve()


def demonstrate(workdir: Path, evaluations: int | None) -> None:
    """The four steps of a user, each said aloud. evaluations: how many; None for those of the example."""
    paths = free_run(workdir)
    query = example_query(paths.name, evaluations)
    with page() as address:
        say(f"1. The page runs at {address}")
        say(f"2. The form filled in with the example: {address}/?{query}")
        command = ask_for_command(address, query)
        say(f"3. The page gives this command to start the run in {workdir}:", f"   {command}")
        paste(command, paths)
    best = report(paths)
    compare(best)
    leave_report(paths)


def free_run(workdir: Path) -> RunPaths:
    """The folder of a run that is not there yet: digits, digits_2, ..."""
    home = Home.in_workdir(workdir)
    number, paths = 1, home.run("digits")
    while paths.root.exists():
        number += 1
        paths = home.run(f"digits_{number}")
    return paths


def example_query(name: str, evaluations: int | None) -> str:
    """The page's query string for the example as a run called `name`, its program with the full path."""
    draft = toml.read((EXAMPLE / "config.toml").read_text(encoding="utf-8")).draft
    objective = str(draft.values["run.objective"])
    program = shlex.quote(str(EXAMPLE / "run.sh"))
    values = {
        **draft.values,
        "run.name": name,
        "run.objective": objective.replace("examples/digits/run.sh", program),
    }
    if evaluations is not None:
        values["search.max_evals"] = evaluations
    return url.write(replace(draft, values=values))


@contextmanager
def page() -> Iterator[str]:
    """The page on a free port of this machine; yields its address and stops it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        # A session of its own: a Ctrl-C is for the run, the page is stopped below.
        server = subprocess.Popen(
            [ROOT / "scripts" / "gui", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            try:
                wait_for(server, address)
            except DemoError:
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace"))
                raise
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    """Return when the page answers."""
    deadline = time.monotonic() + PAGE_STARTS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise DemoError("the page did not start; its output is above.")
        try:
            with urlopen(f"{address}/healthz", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise DemoError(f"the page did not answer within {PAGE_STARTS:.0f} seconds; its output is above.")


def ask_for_command(address: str, query: str) -> str:
    """Open the prefilled form and send it, as the browser does; returns the command for a first, local start."""
    with urlopen(f"{address}/?{query}", timeout=30) as form:
        if "($learning-rate)" not in form.read().decode():
            raise DemoError("the page did not fill in the form from the link.")
    fields = urlencode(parse_qsl(query, keep_blank_values=True)).encode()
    with urlopen(f"{address}/preview", data=fields, timeout=30) as response:
        answer = json.load(response)
    errors = [problem["message"] for problem in answer["problems"] if problem["severity"] == "error"]
    if errors:
        raise DemoError("the page reports problems with the example: " + " ".join(errors))
    # What a page on the same machine gives first needs curl; the one below it, to which it leads then, does not.
    local = answer["command_local"] if shutil.which("curl") else f"{answer['command_long']} --local"
    # --yes answers the question that the command asks before it starts.
    return f"{local} --yes"


def paste(command: str, paths: RunPaths) -> None:
    """Run the page's command in a shell, in the workdir; its output is the user's to see."""
    workdir = home_of(paths).root.parent
    started = time.monotonic()
    shell = subprocess.Popen(["bash", "-c", command], cwd=workdir)
    try:
        code = shell.wait(timeout=RUN_ENDS)
    except KeyboardInterrupt:
        # The run got the Ctrl-C as well and ends in its own way.
        shell.wait()
        raise
    except subprocess.TimeoutExpired:
        raise DemoError(f"the run did not end within {RUN_ENDS / 60:.0f} minutes.") from None
    finally:
        if shell.poll() is None:
            shell.terminate()
            shell.wait()
            if home_of(paths).venv.exists():
                omniopt(paths, "cancel")
    if code != 0:
        raise DemoError(f"the command ended with exit code {code}; its output is above.")
    say(f"   (took {time.monotonic() - started:.0f} s, including the installation)")


def report(paths: RunPaths) -> float:
    """Print the best parameters; returns their loss."""
    answer = omniopt(paths, "best", "--json")
    if answer.returncode != 0:
        raise DemoError(f"the best parameters could not be read: {answer.stderr.strip()}")
    best = json.loads(answer.stdout)
    say(f"4. The best evaluation of the run, number {best['trial']}, has a loss of {best['loss']} with")
    for name, value in best["parameters"].items():
        print(f"     --{name}={value}")
    return float(best["loss"])


def compare(best: float) -> None:
    """Print how much better the best is than what the example does without any parameters."""
    plain = subprocess.run(["bash", EXAMPLE / "run.sh"], capture_output=True, text=True, check=False)
    results = re.findall(r"^RESULT: (\S+)$", plain.stdout, re.MULTILINE)
    if plain.returncode != 0 or not results:
        raise DemoError(f"the example does not run with its defaults: {plain.stderr.strip()}")
    defaults = float(results[-1])
    share = 1 - best / defaults
    than = "lower" if share >= 0 else "higher"
    say(
        f"   With the program's default parameters, the loss is {defaults}: the best is {abs(share):.0%} {than}."
    )


def leave_report(paths: RunPaths) -> None:
    """Write the report, and print where everything is."""
    written = omniopt(paths, "report")
    if written.returncode != 0:
        raise DemoError(f"the report could not be written: {written.stderr.strip()}")
    say(
        f"   The report, for a browser:  {paths.report}",
        f"   All evaluations:            {paths.csv}",
        f"   Plots and more:             bash {shlex.quote(str(home_of(paths).evaluate_script))}",
        "   Your own program:           scripts/gui, then open the address that it prints",
    )


def omniopt(paths: RunPaths, command: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Call a command of the OmniOpt that the page's command has installed in the workdir, on this run."""
    python = home_of(paths).venv / "bin" / "python"
    words = [str(python), "-I", "-m", "worker", command, str(paths.root), *options]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def home_of(paths: RunPaths) -> Home:
    """The `omniopt` folder that the run lies in."""
    return Home(paths.root.parent.parent)


def say(*lines: str) -> None:
    """Print a step, set off from what the run prints."""
    print("", *lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
