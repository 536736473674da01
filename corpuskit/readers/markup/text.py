"""Plain text in any Japanese encoding: one file is one document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from corpuskit.ja.encodings import sniff
from corpuskit.readers.compression import compressed_endings, plain_name
from corpuskit.readers.whole import (
    Content,
    Raw,
    WholeFile,
    about_encoding,
    decoded_text,
    short_line,
)

#: Endings of data and mark-up: decodable, but not text to train on as it stands.
_DATA = re.compile(
    r"\.(json|jsonl|ndjson|geojson|map|csv|tsv|xml|xsd|xsl|html?|xhtml|svg|css|m?js|ts|rtf|eml|mbox"
    r"|opf|ncx|tmx|pot?|ya?ml|toml|ini|lock|sql|ps|eps|warc|md|markdown|mdown|mdx|rst|rest|tex|ltx|sty"
    r"|pod|re|rd)$"
)
#: Starts of formats that are mostly ASCII and still not text.
_MAGIC = (b"%PDF", b"{\\rtf", b"%!PS", b"<?xml", b"WARC/", b"PK\x03\x04")


class PlainText(WholeFile):
    """Reads ``.txt`` and ``.text``; the encoding is detected."""

    name: ClassVar[str] = "text"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".txt", ".text")

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """1 for its endings, and for any other file that is text and not known as data."""
        if name.endswith(cls.endings):
            return 1
        if not head or head.startswith(_MAGIC) or _DATA.search(plain_name(name)):
            return 0
        return 1 if sniff(head) else 0

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The decoded text; a short first line is the title, marks of a heading taken off."""
        decoded = decoded_text(raw.data, raw.charset)
        first = next((line for line in _lines(decoded.text) if line.strip()), "")
        title = short_line(re.sub(r"^#{1,6}\s+", "", first.strip()))
        yield Content(decoded.text, title, about_encoding(decoded))


def _lines(text: str) -> list[str]:
    return text[:4096].split("\n")
