"""reStructuredText with Sphinx's directives and roles, as Markdown; nothing is included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.markup.markuptext import MarkupParams, about_of, documents, lines_of
from corpuskit.readers.markup.rstblocks import Blocks
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, WholeFile, decoded_text

_STRONG = re.compile(
    rb"^[ \t]*\.\. (?:[\w:-]+::|_[^:\n]+:)|^([=\-~^\"'#*+])\1{3,}\s*$|:[\w:]+:`|``|`_\b", re.M
)


class Rst(WholeFile):
    """Reads ``.rst`` and ``.rest``."""

    name: ClassVar[str] = "rst"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".rst", ".rest")
    Params: ClassVar[type[ReaderParams]] = MarkupParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """By its name; 2 where there are marks of reStructuredText, too."""
        sure = super().recognises(head, name)
        return 2 if sure and _STRONG.search(head) else sure

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The text as Markdown; fields before or below the title go to the columns."""
        decoded = decoded_text(raw.data, raw.charset)
        lines = [line.expandtabs(8).rstrip() for line in lines_of(decoded.text)]
        blocks = Blocks(lines)
        text = blocks.text()
        title = blocks.title or blocks.fields.get("title")
        about = about_of(blocks.fields, "fields")
        yield from documents(text, title, about, decoded, self.params.per)
