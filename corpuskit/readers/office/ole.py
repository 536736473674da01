"""Old Office documents (OLE2): Word 97 to 2003 is read, workbooks are handed on, the rest named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.office.compound import Compound
from corpuskit.readers.office.officeblocks import first_heading, markdown
from corpuskit.readers.office.officeparts import OLE_MAGIC
from corpuskit.readers.office.oleproperties import summary
from corpuskit.readers.office.word97 import word_blocks
from corpuskit.readers.protocol import Member
from corpuskit.readers.whole import Content, Found, Raw, UnreadableError, WholeFile

_OTHERS = compressed_endings(".xls", ".xlt", ".msg")

#: Streams by which a kind is known, its error and what to do.
_KINDS = (
    ("EncryptedPackage", "encrypted", "protected by a password; save it without one"),
    ("EncryptionInfo", "encrypted", "protected by a password; save it without one"),
    (
        "PowerPoint Document",
        "legacy_powerpoint",
        "a PowerPoint 97 to 2003 presentation; save it as .pptx",
    ),
    ("__properties_version1.0", "outlook_message", "an Outlook message; export it as .eml"),
    ("DocumentText", "legacy_ichitaro", "an Ichitaro document; save it as .docx or text"),
    ("FileHeader", "legacy_hwp", "a Hangul document; save it as .docx"),
    ("VisioDocument", "legacy_visio", "a Visio drawing; export it as PDF"),
)


class Ole(WholeFile):
    """Reads ``.doc`` of Word 97 and later, and says how other kinds can be saved to be read.

    Workbooks under other names than their own are given to the reader of workbooks.
    """

    name: ClassVar[str] = "ole"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(
        ".doc", ".dot", ".ppt", ".pps", ".pot", ".jtd", ".jtt"
    )

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file begins as OLE2 does and its name is not that of another reader."""
        if not head.startswith(OLE_MAGIC):
            return 0
        return 1 if name.endswith(_OTHERS) else 2

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The document, or the reason why it can't be read."""
        if not raw.data.startswith(OLE_MAGIC):
            raise UnreadableError(
                "wrong_format", "not an old Office document; give it the ending of its format"
            )
        compound = Compound(raw.data)
        names = compound.streams
        for stream, error, message in _KINDS[:2]:
            if stream in names:
                raise UnreadableError(error, message)
        if "WordDocument" in names:
            blocks = word_blocks(compound)
            about = summary(compound)
            title = about.pop("title", None)
            yield Content(markdown(blocks), title or first_heading(blocks), about)
            return
        if "Workbook" in names or "Book" in names:
            yield Member(f"{raw.name or 'workbook'}.xls", raw.data, "workbook", reader="xlsx")
            return
        for stream, error, message in _KINDS[2:]:
            if stream in names:
                raise UnreadableError(error, message)
        raise UnreadableError(
            "unknown_ole", "an OLE2 file of no known kind; save it in a newer format"
        )
