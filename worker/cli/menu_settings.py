"""What the user has set in the menu of results; kept in their configuration folder for the next time."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from worker.report.pictures.panels import SIDE
from worker.store.files import replacing

SEPARATORS = ("comma", "semicolon", "tab")
LEAST_SIDE, MOST_SIDE = 1.0, 20.0  # inches of a scatter panel
_ELSEWHERE = frozenset(
    {"status", "follow", "resume", "retry", "stop", "cancel", "dashboard"}
)  # commands without --out


def settings_file() -> Path:
    """Where the settings are kept. Raises RuntimeError for a user without a home folder."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return (folder if folder.is_absolute() else Path.home() / ".config") / "omniopt" / "evaluate.json"


@dataclass
class Settings:
    """What the user has set for the commands behind the items."""

    separator: str = SEPARATORS[0]
    scientific: bool = False
    no_failed: bool = False
    size: float = SIDE
    out: str = ""
    spreadsheet: bool = False

    def options(self, command: str, run: str = "") -> list[str]:
        """The options of a command that the settings mean; each run has its own folder in that of `out`."""
        options = ["--out", str(Path(self.out) / run)] if self.out and command not in _ELSEWHERE else []
        if self.no_failed and command in ("csv", "scatter", "parallel"):
            options.append("--no-failed")
        if command == "csv":
            separator = "semicolon" if self.spreadsheet and self.separator == "comma" else self.separator
            options += ["--separator", separator, *(["--scientific"] if self.scientific else [])]
            options += ["--decimal-comma", "--bom"] if self.spreadsheet else []
        if command == "scatter" and self.size != SIDE:
            options += ["--size", f"{self.size:g}"]
        return options

    def lines(self) -> list[str]:
        """Each setting in words, in the order of its fields."""
        return [
            f"separator of csv files: {self.separator}",
            f"scientific notation in csv files: {_on(self.scientific)}",
            f"hide failed evaluations in csv files and plots: {_on(self.no_failed)}",
            f"size of a scatter panel in inches: {self.size:g}",
            f"output folder: {self.out or 'the folder of the run'}",
            f"decimal comma and byte order mark in csv files, for spreadsheets: {_on(self.spreadsheet)}",
        ]

    def changed(self) -> list[str]:
        """Those that are not as they are at first."""
        return [line for line, first in zip(self.lines(), Settings().lines(), strict=True) if line != first]

    def save(self) -> str:
        """Keep the settings; returns why that is not possible, or nothing."""
        try:
            with replacing(settings_file()) as file:
                json.dump(asdict(self), file, indent=1)
        except (OSError, RuntimeError) as error:
            return str(error)
        return ""


def read_settings() -> tuple[Settings, str]:
    """The settings as kept, and a sentence on what is wrong with the file where something is."""
    settings = Settings()
    try:
        kept = json.loads(settings_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, RuntimeError):
        return settings, ""
    except (OSError, ValueError) as error:
        return settings, f"The file cannot be read: {error}."
    if not isinstance(kept, dict):
        return settings, "The file contains no settings."
    wrong = []
    for field in fields(Settings):
        value = kept.get(field.name, getattr(settings, field.name))
        if _possible(field.name, value):
            setattr(settings, field.name, value)
        else:
            wrong.append(field.name)
    return settings, f"The values of {', '.join(wrong)} are invalid." if wrong else ""


def _possible(name: str, value: object) -> bool:
    if name == "separator":
        return value in SEPARATORS
    if name in ("scientific", "no_failed", "spreadsheet"):
        return isinstance(value, bool)
    if name == "size":
        return isinstance(value, (int, float)) and LEAST_SIDE <= value <= MOST_SIDE
    return isinstance(value, str) and (not value or Path(value).is_absolute())


def side(text: str) -> float:
    """A number of inches that a panel can have. Raises ValueError."""
    inches = float(text)
    if not LEAST_SIDE <= inches <= MOST_SIDE:
        raise ValueError(text)
    return inches


def _on(value: bool) -> str:
    return "on" if value else "off"
