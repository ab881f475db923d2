"""A run for MLflow and as an RO-Crate: read back by their documented layouts, and recomputed with pandas."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pandas
import pytest
import yaml
from forked_commands import Omniopt
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run, a_trial, some_trials, write_run

from worker.report.exchange.mlflow_store import _keys
from worker.report.exchange.ro_crate import NO_LICENSE
from worker.store import provenance
from worker.store.paths import RunPaths
from worker.trial import Status, Trial


@pytest.fixture
def trials() -> list[Trial]:
    """Evaluations of all kinds, one of them with an output whose name has a folder in it."""
    return [
        *some_trials(),
        a_trial(31, {"lr": 0.5, "kind": "b"}, None, Status.NOT_FINITE, raw_loss="nan"),
        a_trial(32, {"lr": 0.5, "kind": "b"}, 2.0, Status.STOPPED_EARLY, outputs={"val/loss": 2.0}),
    ]


@pytest.fixture
def paths(workdir: Path, trials: list[Trial]) -> RunPaths:
    """A run called first, of which the program's commit is known."""
    made = write_run(workdir, a_run(), trials)
    entry = provenance.of_driver(made, 1)
    assert entry is not None
    entry.write({"omniopt": "0.9", "program": "/code/train.py", "sha256": "ab", "git": {"commit": "c0ffee"}})
    return made


def read_store(folder: Path) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """The only experiment in a file store of MLflow, and its runs by their names."""
    (experiment,) = folder.iterdir()
    runs = {}
    for run in experiment.iterdir():
        if not run.is_dir():
            continue
        meta = yaml.safe_load((run / "meta.yaml").read_text())
        assert meta["run_id"] == meta["run_uuid"] == run.name
        assert meta["experiment_id"] == experiment.name
        kinds = {
            kind: {file.name: file.read_text() for file in (run / kind).iterdir()}
            for kind in ("params", "tags", "metrics")
        }
        history = {
            name: [tuple(map(float, line.split())) for line in text.splitlines()]
            for name, text in kinds["metrics"].items()
        }
        runs[meta["run_name"]] = {**meta, **kinds, "metrics": history}
    return yaml.safe_load((experiment / "meta.yaml").read_text()), runs


def test_mlflow_finds_every_evaluation_with_its_parameters_results_and_course(
    paths: RunPaths, trials: list[Trial], omniopt: Omniopt
) -> None:
    workdir = paths.home.root.parent
    done = omniopt("export", "first", "--mlflow", "mlruns")
    assert (done.returncode, done.stdout) == (0, "32 evaluations in the experiment first of mlruns\n"), done
    experiment, runs = read_store(workdir / "mlruns")
    assert experiment["name"] == "first"
    assert experiment["lifecycle_stage"] == "active"
    assert str(experiment["experiment_id"]).isdecimal()
    assert set(runs) == {f"first {trial.number}" for trial in trials}
    first = runs["first 1"]
    assert first["params"] == {"lr": "0.025", "kind": "b"}
    assert first["metrics"]["RESULT"] == [  # type: ignore[index]
        (1_700_000_003_100.0, 1.0, 0.0),
        (1_700_000_003_200.0, 0.5, 1.0),
        (1_700_000_005_000.0, trials[0].loss, 2.0),
    ]
    assert first["tags"]["mlflow.source.git.commit"] == "c0ffee"  # type: ignore[index]
    assert (first["status"], first["start_time"]) == (3, 1_700_000_003_000)
    assert (runs["first 5"]["status"], runs["first 31"]["status"], runs["first 32"]["status"]) == (4, 4, 5)
    assert runs["first 5"]["tags"]["omniopt.reason"] == "It ended with exit code 1."  # type: ignore[index]
    assert runs["first 32"]["metrics"]["val_loss"] == [(1_700_000_098_000.0, 2.0, 0.0)]  # type: ignore[index]
    again = omniopt("export", "first", "--mlflow", "mlruns")
    assert again.returncode == 2
    assert "name another folder" in again.stderr


def test_mlflow_keeps_an_output_that_is_called_like_our_own_metric(workdir: Path, omniopt: Omniopt) -> None:
    write_run(workdir, a_run(), [a_trial(1, {"lr": 0.5, "kind": "a"}, 0.25, outputs={"seconds": 9.0})])
    assert omniopt("export", "first", "--mlflow", "mlruns").returncode == 0
    (run,) = read_store(workdir / "mlruns")[1].values()
    metrics = {name: history[-1][1] for name, history in run["metrics"].items()}  # type: ignore[attr-defined]
    assert metrics == {"RESULT": 0.25, "seconds": 2.0, "seconds _output_": 9.0}


@given(st.lists(st.text(min_size=1), unique=True))
def test_keys_are_names_of_files_and_stay_apart(names: list[str]) -> None:
    keys = _keys(names)
    assert len({*keys}) == len(names)
    for key in keys:
        assert Path("store", key).name == key
        assert key not in (".", "..")


def test_a_crate_describes_every_file_in_it(paths: RunPaths, trials: list[Trial], omniopt: Omniopt) -> None:
    license_address = "https://creativecommons.org/licenses/by/4.0/"
    orcid, place = "https://orcid.org/0000-0002-1825-0097", "Analytical Engines"
    done = omniopt(
        *("export", "first", "--ro-crate", "--license", license_address),
        *("--author", f"Ada; {place}; {orcid}", "--author", f"Charles; {place}"),
        *("--publisher", f"{place}; https://example.org"),
    )
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(done.stdout.strip()) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    described = json.loads(files.pop("ro-crate-metadata.json"))
    assert described["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    entities = {entity["@id"]: entity for entity in described["@graph"]}
    assert len(entities) == len(described["@graph"])
    root = entities["./"]
    assert {part["@id"] for part in root["hasPart"]} == set(files)
    assert root["license"] == {"@id": license_address}
    for name, content in files.items():
        entity = entities[name]
        assert (entity["@type"], entity["contentSize"]) == ("File", str(len(content)))
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert entities[entity["encodingFormat"][1]["@id"]]["@type"] == "WebSite"
    assert [entities[one["@id"]]["name"] for one in root["author"]] == ["Ada", "Charles"]
    publisher = entities[root["publisher"]["@id"]]
    assert (publisher["@type"], publisher["name"], publisher["url"]) == (
        "Organization",
        place,
        "https://example.org",
    )
    assert all(entities[one["@id"]]["affiliation"] == root["publisher"] for one in root["author"])
    assert entities["#run"]["agent"] == {"@id": orcid}
    for key in ("name", "description", "datePublished"):
        assert root[key]
    outside = ("http://schema.org/", "https://w3id.org/ro/crate/1.1")
    assert [
        one for one in references(described["@graph"]) if one not in entities and not one.startswith(outside)
    ] == []
    frame = pandas.read_csv(io.BytesIO(files["first.csv"]))
    assert list(frame["trial"]) == [trial.number for trial in trials]
    assert frame[frame["status"] == "ok"]["RESULT"].min() == -0.5
    assert entities["#omniopt"]["softwareVersion"] == "0.9"
    action = entities["#run"]
    assert {"@id": "config.toml"} in action["object"]
    assert {"@id": "first.csv"} in action["result"]
    assert action["startTime"] < action["endTime"]
    (program,) = (entity for entity in entities.values() if entity["@type"] == "SoftwareSourceCode")
    assert (program["name"], program["sha256"], program["version"]) == ("train.py", "ab", "c0ffee")


def references(value: object) -> list[str]:
    """All that a graph refers to."""
    if isinstance(value, list):
        return [one for item in value for one in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["@id"]] if set(value) == {"@id"} else []
    return own + [one for item in value.values() for one in references(item)]


def test_without_a_license_the_crate_says_so(workdir: Path, omniopt: Omniopt) -> None:
    write_run(workdir, a_run(), [])
    done = omniopt("export", "first", "--ro-crate", "--out", "here")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(workdir / "here" / "first.crate.zip") as archive:
        described = archive.read("ro-crate-metadata.json").decode()
    assert NO_LICENSE in described
    assert '"author"' not in described
    refused = omniopt("export", "first", "--ro-crate", "--author", "https://orcid.org/0000-0002-1825-0097")
    assert refused.returncode == 2
    assert "all but the name may be left out" in refused.stderr
