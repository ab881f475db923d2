"""The page's form without a script: what a browser would send of it, and its buttons."""

from __future__ import annotations

from html.parser import HTMLParser

from page_client import CLIENT

from worker.spec.formats import toml
from worker.spec.run import Draft, ParameterDraft

CONFIG = toml.write(
    Draft(
        {"run.name": "given", "run.objective": "./p.sh ($a)", "search.max_evals": 7},
        (ParameterDraft("a", "hp.uniform", {"min": 0, "max": 1}),),
    )
)


class Form(HTMLParser):
    """What a browser would send of the page's form, and the texts of elements by id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.attributes: dict[str, dict[str, str | None]] = {}
        self._open: list[str] = []
        self._select = ""
        self._text_area = ""
        self._inert = 0
        self._chosen = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._inert += tag == "template"
        if self._inert:
            return
        if identity := values.get("id") or ("footer" if tag == "footer" else ""):
            self.attributes[identity] = values
            self.texts.setdefault(identity, "")
            self._open.append(identity)
        name = values.get("name") or ""
        if tag == "input" and name and values.get("type") != "file":
            off = values.get("type") == "checkbox" and "checked" not in values
            if not off and "disabled" not in values:
                unnamed = "on" if values.get("type") == "checkbox" else ""
                self.sent.setdefault(name, values.get("value") or unnamed)
        if tag == "select":
            self._select = name
        self._chosen = tag == "option" and "selected" in values
        if self._chosen:
            self.sent[self._select] = values.get("value") or ""
            self._chosen = "value" not in values  # its text is its value then
        if tag == "textarea":
            self._text_area = name
            self.sent[name] = ""

    def handle_endtag(self, tag: str) -> None:
        self._chosen = False
        self._inert -= tag == "template"
        if tag == "textarea":
            self.sent[self._text_area] = self.sent[self._text_area].removeprefix("\n")
            self._text_area = ""

    def handle_data(self, data: str) -> None:
        if self._chosen:
            self.sent[self._select] += data
        elif self._text_area:
            self.sent[self._text_area] += data.replace("\r\n", "\n")
        elif self._open and not self._inert:
            self.texts[self._open[-1]] += data


def page(query: str = "") -> str:
    answer = CLIENT.get(f"/?{query}" if query else "/")
    assert answer.status_code == 200
    return str(answer.text)


def press(form: Form, action: str, **changes: str) -> Form:
    answer = CLIENT.post("/", data={**form.sent, **changes, "action": action})
    assert answer.status_code == 200
    return Form(answer.text)
