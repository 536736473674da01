"""Rich Text Format: read by an own tokenizer; text in any code page and in Unicode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.office.officeblocks import first_heading, markdown
from corpuskit.readers.office.rtftext import RtfText
from corpuskit.readers.whole import Content, Raw, UnreadableError, WholeFile

_MAGIC = b"{\\rtf"


class Rtf(WholeFile):
    """Reads ``.rtf``, and ``.doc`` files that are RTF inside."""

    name: ClassVar[str] = "rtf"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".rtf")

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file begins as RTF does."""
        return 2 if head.lstrip().startswith(_MAGIC) else 0

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The document; hidden and deleted text, headers and pictures are left out."""
        start = raw.data[:4096].find(_MAGIC)
        if start < 0:
            raise UnreadableError("wrong_format", "not RTF: it does not begin as RTF does")
        found = RtfText(raw.data[start:])
        about = {**found.about, "encoding": found.encoding, "replaced": found.replaced}
        title = about.pop("title", None)
        yield Content(markdown(found.blocks), title or first_heading(found.blocks), about)
        if found.cut:
            raise UnreadableError("truncated", "the file ends within a group; fetch it again")
