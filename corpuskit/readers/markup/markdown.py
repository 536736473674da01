"""Markdown of any kind, MDX too: what only a renderer needs goes, the text and its marks stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings, plain_name
from corpuskit.readers.markup.markdownblocks import Blocks
from corpuskit.readers.markup.markuptext import (
    MarkupParams,
    about_of,
    documents,
    first_heading,
    front_matter,
    lines_of,
    title_of,
)
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, WholeFile, decoded_text

#: Signs of Markdown at the start of a line, or a link.
_STRONG = re.compile(
    rb"^(?:#{1,6} |---\s*$|\+\+\+\s*$|```|[*-] |> |<!--|={3,}\s*$)|\]\([^)\s]+\)", re.M
)


class MarkdownParams(MarkupParams):
    """Options of the Markdown reader."""

    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Markdown(WholeFile):
    """Reads ``.md``, ``.markdown`` and ``.mdx``; nothing that they import is followed."""

    name: ClassVar[str] = "markdown"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".md", ".markdown", ".mdown", ".mdx")
    Params: ClassVar[type[ReaderParams]] = MarkdownParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """By its name; 2 where there are marks of Markdown, too. Plain text has no such name."""
        if not name.endswith(cls.endings):
            return 0
        return 2 if _STRONG.search(head) else 1

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The text as Markdown; front matter goes to the columns and to `meta`."""
        decoded = decoded_text(raw.data, raw.charset)
        lines = lines_of(decoded.text)
        fields, start = front_matter(lines)
        blocks = Blocks(
            lines[start:],
            keep_ruby=self.params.ruby == "keep",
            mdx=plain_name(raw.name).endswith(".mdx"),
        )
        text = blocks.text()
        title = title_of(fields) or first_heading(text)
        yield from documents(text, title, about_of(fields), decoded, self.params.per)
