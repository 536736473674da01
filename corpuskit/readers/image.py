"""Pictures: scanned pages that only OCR can read. Without it they are named as what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from corpuskit.readers.ocr import load_ocr
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, UnreadableError, WholeFile, WholeFileParams

#: First bytes of JPEG, PNG, TIFF, GIF, JPEG 2000, BMP; WebP has its name at byte 8.
_MAGIC = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"II*\0",
    b"MM\0*",
    b"GIF87a",
    b"GIF89a",
    b"\0\0\0\x0cjP  ",
)


class ImageParams(WholeFileParams):
    """Options of the reader of pictures."""

    ocr: str | None = Field(
        None, description="Function that reads a picture: package.module:function, or a plug-in."
    )


class Image(WholeFile):
    """Reads pictures of pages by an OCR plug-in, else says ``needs_ocr``.

    The function gets the file's own bytes, in the format they are in, and the page number 1; see
    `corpuskit.readers.ocr`.
    """

    name: ClassVar[str] = "image"
    Params: ClassVar[type[ReaderParams]] = ImageParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 by the first bytes; a name alone says nothing."""
        webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
        bitmap = head.startswith(b"BM") and head[6:10] == bytes(4) and b"\0" in head[10:18]
        return 2 if head.startswith(_MAGIC) or webp or bitmap else 0

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The text that the plug-in finds."""
        if self.params.ocr is None:
            raise UnreadableError(
                "needs_ocr", "a picture; name an OCR function (option ocr) to read it"
            )
        try:
            text = load_ocr(self.params.ocr)(raw.data, 1)
        except Exception as error:  # a plug-in may raise anything; it costs its page only
            message = f"the OCR function raised {type(error).__name__}"
            raise UnreadableError("ocr_failed", message) from error
        yield Content(text, None, {"ocr_pages": 1})
