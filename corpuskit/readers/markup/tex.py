"""LaTeX, pLaTeX and upLaTeX sources as Markdown; nothing is run, no file they name is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings, plain_name
from corpuskit.readers.markup.markuptext import MarkupParams, documents, lines_of
from corpuskit.readers.markup.texscan import Scanner
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, WholeFile, decoded_text

_STRONG = re.compile(rb"^[^%\n]{0,200}\\(?:documentclass|documentstyle|begin\{document\})", re.M)
_WEAK = re.compile(rb"\\(?:section|chapter|begin|item|usepackage|def|newcommand)\b")
_DECLARED = re.compile(rb"^%.{0,40}coding:\s*([\w-]+)", re.M)


class TexParams(MarkupParams):
    """Options of the TeX reader."""

    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Tex(WholeFile):
    """Reads ``.tex``, ``.ltx`` and the text of ``.sty``, in any encoding of Japanese TeX."""

    name: ClassVar[str] = "tex"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".tex", ".ltx", ".sty")
    Params: ClassVar[type[ReaderParams]] = TexParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where a document begins, or where its name and commands of TeX say so."""
        if plain_name(name).endswith((".txt", ".text", ".md", ".rst", ".html", ".dtx", ".ins")):
            return 0
        named = super().recognises(head, name)
        return 2 if _STRONG.search(head) or (named and _WEAK.search(head)) else named

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The body as Markdown; title, author and date of the preamble go to the columns."""
        declared = _DECLARED.search(raw.data[:1000])
        label = declared[1].decode("ascii") if declared else None
        decoded = decoded_text(raw.data, raw.charset or label)
        scanner = Scanner("\n".join(lines_of(decoded.text)), keep_ruby=self.params.ruby == "keep")
        text = scanner.text()
        about = {"author": scanner.known.get("author"), "published": scanner.known.get("date")}
        if scanner.cut_short:
            about["cut_short"] = "more macros than are followed"
        yield from documents(text, scanner.known.get("title"), about, decoded, self.params.per)
