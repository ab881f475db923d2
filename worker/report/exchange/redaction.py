"""Leaves out of a text what looks like a password, key or token, and the same words where they stand without a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

HIDDEN = "[left out]"

# Everything is bounded, for a log may be one line of a megabyte.
# Names of settings that hold secrets. A number behind the last kind is a count: max_tokens is 512.
_SECRET = (
    r"(?:pass(?:word|wd|phrase|code)|[a-z]_pwd|secret|credential|authorization|cookie|signature|session[_-]?id"
    r"|(?:api|access|private|account|shared|encryption|license)[_-]?key)[\w.-]{0,40}|\b(?:x-)?auth|(?<=[?&])sig"
)
_COUNTED = r"token(?!iz)[\w.-]{0,40}"
_NO_NUMBER = r"(?![+-]?[\d.]+(?:e[+-]?\d+)?(?![\w.-]))"
_INSIDE = r"""[,;&](?!\s|$|["'\\]|[\w.-]+["']?[=:])"""  # a separator with nothing behind it that could be the next setting
# In quotes, in quotes of a text that is in quotes itself (as in JSON), or up to the next blank.
_VALUE = rf"""(?:(?:bearer|basic)\s+[^\s"'\\]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\\"(?:[^"\\\n]|\\(?!")|\\\\\\")*\\"|(?:[^\s,;&"'}}\]\\]|{_INSIDE})+)"""
_NAMED = tuple(
    re.compile(form, re.IGNORECASE)
    for name, but in ((_SECRET, ""), (_COUNTED, _NO_NUMBER))
    for form in (
        rf"""((?:{name})(?:\\?["'])?\s*[=:]\s*){but}({_VALUE})""",
        rf"((?<![\w.-])--?[\w.-]{{0,40}}?(?:{name})\s+)(?!-){but}({_VALUE})",
    )
)
# Commands that are told a secret without saying so.
_TOLD = (
    re.compile(r"(\bcurl\b[^\n;|]{0,300}?\s(?:-u|--user)[ =]?)([^\s\"'\\]+)"),
    re.compile(r"(\b(?:sshpass\s+-p|wandb\s+login|bearer)\s*)([\w.~+/=-]{6,})", re.IGNORECASE),
)
# Forms that well-known secrets have.
_FORMS = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|xox[abprs]-[\w-]{10,}"
    r"|sk-[\w-]{20,}|[sr]k_live_\w{16,}|hf_\w{20,}|AIza[\w-]{30,}|npm_\w{30,}|pypi-[\w-]{16,}|dckr_pat_[\w-]{16,}"
    r"|dapi[0-9a-f]{32}|eyJ[\w-]{8,2000}\.[\w-]{8,}\.[\w-]*|(?<=hooks\.slack\.com/services/)[\w/]+"
    r"|(?<=://)[^\s/:@\"'<>]{0,100}:[^\s\"'<>]{0,300}(?=@)|(?<=://)[\w-]{20,}(?=@)"
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_LEAST = 8  # characters of a value that is looked for elsewhere; shorter ones may be any word
_MOST = 1000  # of them
_RANDOM = re.compile(r"(?=.*\d)(?=.*[^\d.+-])|(?=.*[a-z])(?=.*[A-Z])|(?=.*[^\w\s./-])")
_NAME = re.compile(f"(?:{_SECRET}|{_COUNTED})", re.IGNORECASE)


def without_secrets(content: str, secrets: Iterable[str] = ()) -> str:
    """The text without what looks like a secret, and without the words `secrets`."""
    content = _KEY_BLOCK.sub(HIDDEN, content)
    for secret in secrets:
        content = content.replace(secret, HIDDEN)
    for pattern in (*_NAMED, *_TOLD):
        content = pattern.sub(lambda match: f"{match[1]}{HIDDEN}", content)
    return _FORMS.sub(HIDDEN, content)


def secrets_in(contents: Iterable[str], environment: Mapping[str, str]) -> list[str]:
    """The secrets that texts and environment variables name, the longest first.

    Only those that are no common words or paths: they are looked for where nobody says what they are.
    """
    candidates = {value for name, value in environment.items() if _NAME.search(name)}
    for content in contents:
        candidates.update(_values(content))
        if len(candidates) > _MOST:
            break
    return sorted(filter(_telling, candidates), key=lambda word: (-len(word), word))[:_MOST]


def _values(content: str) -> Iterator[str]:
    for pattern in (*_NAMED, *_TOLD):
        for match in pattern.finditer(content):
            yield match[2].strip("\\\"'")


def _telling(word: str) -> bool:
    return len(word) >= _LEAST and HIDDEN not in word and word[0] not in "/~$(" and bool(_RANDOM.match(word))
