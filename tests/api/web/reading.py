"""Reading a page as a person would: its title, headings, fields with their labels, links and visible words."""

from __future__ import annotations

from html.parser import HTMLParser

import httpx

_APART = {"p", "div", "dt", "dd", "li", "th", "td", "tr", "h1", "h2", "h3", "h4", "label", "button", "title"}
_VOID = {"meta", "link", "input", "br", "line", "rect"}


class Page(HTMLParser):
    """A parsed page; `faults` names what is not well nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.title = ""
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.faults += [f"{name} is never closed" for name in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag in _APART:
            self.words.append(" ")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every `tag`, in order."""
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def referred(self) -> set[str]:
        """Every id that a label, a link within the page or an ARIA attribute names."""
        keys = ("for", "aria-labelledby", "aria-describedby")
        named = {i for _, tag in self.tags for key in keys for i in tag.get(key, "").split()}
        return named | {a["href"][1:] for a in self.all("a") if a["href"].startswith("#")}

    def headings(self) -> list[int]:
        return [int(name[1]) for name, _ in self.tags if name in ("h1", "h2", "h3", "h4")]


def read(answer: httpx.Response) -> Page:
    """The page of an answer, which must be HTML."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8", answer.text[:200]
    return Page(answer.text)
