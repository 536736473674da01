"""Manual pages, with man's macros and with mdoc's, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.compression import compressed_endings, plain_name
from corpuskit.readers.markup.manpage import Page
from corpuskit.readers.markup.markuptext import MarkupParams, documents, lines_of
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Found,
    Raw,
    Skipped,
    UnreadableError,
    WholeFile,
    decoded_text,
)

_STRONG = re.compile(rb"^[.'](?:TH[ \t]+\S|Dd[ \t]+\S|Dt[ \t]+\S)", re.M)
_ONLY_ANOTHER = re.compile(rb"^\.so[ \t]+\S+", re.M)
_NUMBERED = re.compile(r"\.(?:[1-9][a-z]{0,3}|[1-9]p[mx]?|man|mdoc|n)$")
_DECLARED = re.compile(rb"coding:\s*([\w-]+)")


class Man(WholeFile):
    """Reads pages named ``.1`` to ``.9``, ``.man`` and ``.mdoc``."""

    name: ClassVar[str] = "man"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".man", ".mdoc")
    Params: ClassVar[type[ReaderParams]] = MarkupParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the page begins as one; a number at the end of a name says nothing by itself."""
        plain = plain_name(name)
        if _STRONG.search(head) and not plain.endswith((".txt", ".md", ".rst", ".html", ".tex")):
            return 2
        if _NUMBERED.search(plain) and _ONLY_ANOTHER.match(head):
            return 2
        return super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The page as Markdown. One that only names another page is counted, not read."""
        if not raw.data.strip():
            raise UnreadableError("empty_page", "there is nothing in the manual page")
        declared = _DECLARED.search(raw.data[:300])
        label = declared[1].decode("ascii") if declared else None
        decoded = decoded_text(raw.data, raw.charset or label)
        page = Page(lines_of(decoded.text))
        text = page.text()
        if not text and _ONLY_ANOTHER.search(raw.data):
            yield Skipped("reference to another page")
            return
        about = {"published": page.date, "section": page.section, "author": page.author}
        yield from documents(text, page.title, about, decoded, self.params.per)
