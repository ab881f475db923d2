"""Which code a run's results came about with, and on which machines, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from worker.spec.text import counted
from worker.store.provenance import Facts, Provenance

_COMMIT = 12  # digits, by which git itself finds a commit
_MOST = 8  # lines of one kind; more say little
_CHANGED = {"True": ", with changes that are not committed", "False": ", nothing changed"}
_OWN = ("numpy", "scipy", "hyperopt", "optuna")  # what the proposals depend on


def lines(known: Provenance) -> list[tuple[str, str]]:
    """Pairs of a heading and what is known of it; several pairs of one heading where it has changed in the course of the run."""
    found = [
        *(("Program", text) for text in _each(_program(facts) for facts in known.drivers)),
        *(("Version in git", text) for text in _each(git_words(facts) for facts in known.drivers)),
        *(("Its environment", text) for text in _each(_environment(facts) for facts in known.programs)),
        *(("Machines", text) for text in _machines(known.hosts)),
        *(("OmniOpt", text) for text in _each(_own(facts) for facts in known.drivers)),
    ]
    return [(heading, text) for heading, text in found if text]


def git_words(facts: Facts) -> str:
    """The commit that a driver found the program's folder at; "" where it found none."""
    git = facts.get("git")
    if not isinstance(git, Mapping):
        return ""
    branch = f" on {git['branch']}" if git.get("branch") else ""
    changed = _CHANGED.get(str(git.get("dirty")), ", whether anything is changed is unknown")
    return f"{str(git.get('commit'))[:_COMMIT]}{branch}{changed} ({git.get('folder')})"


def _program(facts: Facts) -> str:
    program, checksum = facts.get("program"), facts.get("sha256")
    return f"{program}{f', SHA-256 {checksum}' if checksum else ''}" if program else ""


def _environment(facts: Facts) -> str:
    packages, modules = facts.get("packages"), facts.get("modules")
    parts = [
        f"Python {facts['python']} ({facts.get('executable')})" if facts.get("python") else "",
        f"{facts.get('interpreter')}: {facts['version']}" if facts.get("version") else "",
        counted(len(packages), "package") if isinstance(packages, Mapping) else "",
        f"modules {', '.join(map(str, modules))}" if isinstance(modules, Sequence) and modules else "",
        *(f"{key} {facts[key]}" for key in ("conda", "venv", "container") if facts.get(key)),
        f"SHA-256 {facts['container_sha256']}" if facts.get("container_sha256") else "",
        f"otherwise unknown: {facts['unknown']}" if facts.get("unknown") else "",
    ]
    return ", ".join(filter(None, parts))


def _machines(hosts: Sequence[Facts]) -> Iterator[str]:
    """Machines that are alike together, those of which there are most first."""
    kinds: dict[str, list[str]] = {}
    for facts in hosts:
        kinds.setdefault(_kind(facts), []).append(str(facts.get("host")))
    for kind, names in sorted(kinds.items(), key=lambda pair: -len(pair[1]))[:_MOST]:
        shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
        yield f"{shown}: {kind}"


def _kind(facts: Facts) -> str:
    gpus = facts.get("gpus")
    cards = Counter(map(str, gpus)) if isinstance(gpus, Sequence) else Counter()
    driver = f" (driver {facts['gpu_driver']})" if facts.get("gpu_driver") else ""
    parts = [
        str(facts.get("cpu") or facts.get("architecture") or "unknown processor"),
        f"{facts['cores']} cores" if facts.get("cores") else "",
        *(f"{count} x {model}{driver}" for model, count in cards.items()),
        f"{facts.get('system', '')} {facts.get('kernel', '')}".strip(),
    ]
    return ", ".join(filter(None, parts))


def _own(facts: Facts) -> str:
    libraries = facts.get("libraries")
    known: Mapping[str, object] = libraries if isinstance(libraries, Mapping) else {}
    versions = [f"{name} {known[name]}" for name in _OWN if name in known]
    return ", ".join([f"{facts.get('omniopt')} with Python {facts.get('python')}", *versions])


def _each(texts: Iterator[str]) -> list[str]:
    """Different ones, in their order."""
    return list(dict.fromkeys(filter(None, texts)))[:_MOST]
