"""A font for the glyphs that a PDF takes from the machine's own fonts.

Japanese PDFs often leave their fonts out. Without a font PDFium knows no width of a glyph, and
drops text that has none: whole vertical lines are lost where no Japanese font is installed, and
what is read depends on the machine where one is. So PDFium gets a font made here instead of the
machine's: every character is a box as wide as it is high. It is enough to read; nothing is drawn
with it but pages for OCR.
"""

from __future__ import annotations

import ctypes
import struct
from functools import lru_cache
from typing import Any

_EM, _ASCENT, _DESCENT = 1000, 880, -120
_HANDLE = 0x0C0F  # what PDFium calls the font by; any number but 0
#: Character sets of Windows: Japanese, Korean, simplified and traditional Chinese.
_EAST_ASIAN = frozenset((128, 129, 134, 136))


@lru_cache(maxsize=1)
def box_font() -> bytes:
    """A TrueType font of one glyph, a box, for all characters."""
    tables = {
        b"OS/2": _os2(),
        b"cmap": _cmap(),
        b"glyf": _glyph() * 2,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x00010000, 0x00010000, 0, 0x5F0F3CF5, 3, _EM, 0, 0,
            0, _DESCENT, _EM, _ASCENT, 0, 8, 2, 0, 0,
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x00010000, _ASCENT, _DESCENT, 0, _EM, 0, 0, _EM, 1, 0, 0,
            0, 0, 0, 0, 0, 1,
        ),
        b"hmtx": struct.pack(">Hhh", _EM, 0, 0),
        b"loca": struct.pack(">HHH", 0, len(_glyph()) // 2, len(_glyph())),
        b"maxp": struct.pack(">I14H", 0x00010000, 2, 4, 1, 0, 0, 1, *[0] * 8),
        b"name": struct.pack(">HHH", 0, 0, 6),
        b"post": struct.pack(">IIhhIIIII", 0x00030000, 0, -100, 50, 1, 0, 0, 0, 0),
    }  # fmt: skip
    head = struct.pack(">IHHHH", 0x00010000, len(tables), 128, 3, len(tables) * 16 - 128)
    place, entries, body = 12 + 16 * len(tables), b"", b""
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        entries += tag + struct.pack(">III", total, place + len(body), len(data))
        body += padded
    return head + entries + body


def _glyph() -> bytes:
    """A box: one contour of four points."""
    corners = struct.pack(">hhhhh", 1, 0, _DESCENT, _EM, _ASCENT)
    flags = bytes((1, 1, 1, 1))
    across, up = struct.pack(">hhhh", 0, _EM, 0, -_EM), struct.pack(">hhhh", _DESCENT, 0, _EM, 0)
    return corners + struct.pack(">HH", 3, 0) + flags + across + up + bytes(2)


def _cmap() -> bytes:
    """All characters are glyph 1 (format 13: many to one)."""
    groups = struct.pack(">III", 0x20, 0x10FFFF, 1)
    table = struct.pack(">HHIII", 13, 0, 16 + len(groups), 0, 1) + groups
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def _os2() -> bytes:
    head = struct.pack(">HhHHHhhhhhhhhhhh", 3, _EM, 400, 5, 0, *[0] * 11)
    ranges = struct.pack(">10B4I4sHHH", *[0] * 10, *[0xFFFFFFFF] * 4, b"none", 0x40, 0x20, 0xFFFF)
    tail = struct.pack(
        ">hhhHHIIhhHHH", _ASCENT, _DESCENT, 0, _ASCENT, -_DESCENT, 0xFFFFFFFF, 0xFFFFFFFF, 500,
        700, 0, 32, 1,
    )  # fmt: skip
    return head + ranges + tail


@lru_cache(maxsize=1)
def use_box_font() -> Any:
    """Have PDFium take East Asian fonts from here and all others from its own; once a process."""
    import pypdfium2.raw as pdfium

    font = box_font()

    def map_font(_: Any, weight: int, italic: int, charset: int, *rest: Any) -> int | None:
        return _HANDLE if charset in _EAST_ASIAN else None

    def data_of(_: Any, handle: Any, table: int, buffer: Any, size: int) -> int:
        if table:
            return 0
        if buffer and size >= len(font):
            ctypes.memmove(buffer, font, len(font))
        return len(font)

    calls = {
        "MapFont": map_font,
        "GetFontData": data_of,
        "GetFaceName": lambda *_: 0,
        "GetFontCharset": lambda *_: 128,
        "GetFont": lambda *_: None,
        "EnumFonts": lambda *_: None,
        "Release": lambda *_: None,
        "DeleteFont": lambda *_: None,
    }
    kinds = dict(pdfium.FPDF_SYSFONTINFO._fields_)
    kept = pdfium.FPDF_SYSFONTINFO(version=1)
    for name, function in calls.items():
        setattr(kept, name, kinds[name](function))
    pdfium.FPDF_SetSystemFontInfo(ctypes.byref(kept))
    return kept  # PDFium keeps a pointer to it
