"""The command lines that the page gives: plain text that is safe to paste into bash, dash and zsh."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

# Terminals without line editing (a shell started by a script, a serial line) cut a line that is longer.
LONGEST_LINE = 4095

_TILDE = re.compile(r"(~[A-Za-z0-9_.-]*|\$HOME|\$\{HOME\})(?:(/)(.*))?")
# Short enough to be read before it is pasted; the rest is in the installer, whose hash is looked at. Half of its letters are 128
# bits: nobody finds another text with them. The longer one below says more where something is missing, and needs less.
_SHORT = (
    "s=`{fetch}`;"
    'printf "%s\\n" "$s"|sha256sum|grep -q {sha256}&&exec sh -c "$s" - "$@";'
    "echo $0 is not intact>&2;exit 5"
)
_SHORT_HASH = 32
_FETCH = "curl -gfsSL $0||wget -qO- $0"
_FETCH_DIRECTLY = "curl -gfsSL --noproxy \\* $0"
# Runs in `sh` whatever the user's own shell is. The installer is run only when all of it has arrived unchanged;
# it is kept in a variable, so that no file stays behind and its questions can be answered on the terminal.
_FETCH_AND_RUN = (
    "u=$1; shift; s=$({direct}"
    'if command -v curl >/dev/null; then curl -gfsSLm60 "$u"; '
    'elif command -v wget >/dev/null; then wget -qT15 -O- "$u"; '
    'else python3 -c "import sys, urllib.request as r; '
    'sys.stdout.buffer.write(r.urlopen(sys.argv[1], None, 60).read())" "$u"; fi); '
    'case $(printf "%s\\n" "$s" | {{ sha256sum || shasum -a 256; }} 2>/dev/null) in '
    '{sha256}*) exec sh -c "$s" omniopt "$@";; esac; '
    'echo "omniopt: nothing was done, since the installer could not be fetched intact from $u" >&2; echo '
    '"omniopt: make sure that this machine reaches that address (127.0.0.1 is the machine itself) and has '
    "curl, wget or python3, and "
    'sha256sum or shasum; then reload the page and copy the command again" >&2; exit 5'
)
# Runs the Python $0 unless somebody else owns or may write to it, anything in its environment or on the way to it; lists
# then what, and whose it is. Whatever else goes wrong is listed, too. A group with the user's own name is theirs alone.
# Stricter than `worker.spec.guard`, which has room for more: it asks nothing, and leaves that to the other command.
_RUN_IF_OWN = (
    'u=$(id -un); { namei -l "$0"; find "${0%/*/*}" -printf "%M %u %g %p\\n"; } 2>&1 | '
    'grep -m9 -vE "^f:|^(l.{9}|d.{8}t|.{5}-..-.) +root |^(l.{9}|.{5}-..-.) +$u |^.{8}-. +$u +$u " >&2; '
    '[ $? = 1 ] && exec "$0" -I -m worker start "$@"; '
    'echo "omniopt: nothing was run: others can change what is listed above, or it is missing; the '
    'first-time command asks" >&2; exit 5'
)
# The site's proxy, which login nodes often have, does not reach a page on the machine itself.
_DIRECT = "export no_proxy=127.0.0.1,localhost,::1; "
_ON_THIS_MACHINE = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])[:/]")


@dataclass(frozen=True)
class Installer:
    """Where the page's installer is fetched from, and the sha256 of its text in hex. short: the same under a shorter address."""

    url: str
    sha256: str
    short: str = ""


def first_time(installer: Installer, source: str, workdir: str = "", options: Sequence[str] = ()) -> str:
    """The line that installs OmniOpt where needed and starts a run; needs curl or wget, and sha256sum.

    source: the token of a run, or the name of its config file. workdir: as typed, "" for the present folder.
    options: further words for `omniopt start`.
    """
    fetch = _FETCH_DIRECTLY if _ON_THIS_MACHINE.match(installer.url) else _FETCH
    script = _SHORT.format(fetch=fetch, sha256=installer.sha256[:_SHORT_HASH])
    url = shlex.quote(installer.short or installer.url)
    return " ".join(("sh -c", shlex.quote(script), url, *_start_words(source, workdir, options)))


def thorough(installer: Installer, source: str, workdir: str = "", options: Sequence[str] = ()) -> str:
    """The same, and longer: it makes do with python3 and shasum, and says more of what goes wrong. Arguments as of `first_time`."""
    direct = _DIRECT if _ON_THIS_MACHINE.match(installer.url) else ""
    script = _FETCH_AND_RUN.format(sha256=installer.sha256, direct=direct)
    arguments = (
        shlex.quote(script),
        "omniopt",
        shlex.quote(installer.url),
        *_start_words(source, workdir, options),
    )
    return " ".join(("sh -c", *arguments))


def installed(source: str, workdir: str = "", options: Sequence[str] = ()) -> str:
    """The line that starts a run with the OmniOpt that is in the workdir already, where nobody else can have changed it.

    Arguments as of `first_time`.
    """
    folder = f"{workdir.rstrip('/')}/" if workdir else ""
    path = f"{folder}omniopt/.venv/bin/python"
    # The way to the present folder counts, too.
    absolute = path.startswith("/") or _TILDE.fullmatch(path)
    python = shell_path(path) if absolute else f'"$PWD"/{shlex.quote(path.removeprefix("./"))}'
    return " ".join(("sh -c", shlex.quote(_RUN_IF_OWN), python, *_start_words(source, workdir, options)))


def _start_words(source: str, workdir: str, options: Sequence[str]) -> tuple[str, ...]:
    workdir_option = ("--workdir", shell_path(workdir)) if workdir else ()
    return (shlex.quote(source), *map(shlex.quote, options), *workdir_option)


def shell_path(path: str) -> str:
    """`path` as one word for a shell that stands for the same path there; a leading ~ or $HOME is the home folder."""
    if home := _TILDE.fullmatch(path):
        start = home[1] if home[1].startswith("~") else '"$HOME"'
        # A quoted slash would end the meaning of the ~ before it.
        return start + (home[2] or "") + (shlex.quote(home[3]) if home[3] else "")
    # An option or, in zsh, a leading = would be read as something else than a path.
    return shlex.quote(path if path.startswith(("/", "./", "../")) or path in (".", "..") else f"./{path}")
