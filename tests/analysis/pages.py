"""A page as a browser reads it, without running anything."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any


class Page(HTMLParser):
    """The tags, the text and the figures of a page."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self._texts: list[str] = []
        self._inside = ""
        self.html = file.read_text(encoding="utf-8")
        self.feed(self.html)
        self.text = " ".join(" ".join(self._texts).split())  # non-breaking spaces become spaces
        self.figures: dict[str, Any] = json.loads(self.data) if self.data else {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in ("script", "style") else self._inside
        if dict(attrs).get("id") == "figures":
            self._inside = "figures"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "figures":
            self.data += data
        elif not self._inside:
            self._texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    @property
    def sections(self) -> list[str]:
        ids = [attributes.get("id") or "" for _, attributes in self.tags]
        return [name.removesuffix("-section") for name in ids if name.endswith("-section")]
