"""The hook for OCR: pages without text are handed to a function that somebody plugs in.

corpuskit brings no OCR. A recipe names a function, as ``package.module:function`` or by the name of
an entry point of the group ``corpuskit.ocr``:

    def recognise(png: bytes, page: int) -> str:
        ...

It gets the page as a greyscale PNG and the page's number from 1, and gives back the page's text;
an empty text means that there is none. It must give the same text for the same page, or runs are
not the same. What it raises becomes a problem of that page.
"""

from __future__ import annotations

import importlib
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import entry_points

from corpuskit.errors import RecipeError

GROUP = "corpuskit.ocr"
Recognise = Callable[[bytes, int], str]


@lru_cache(maxsize=8)
def load_ocr(name: str) -> Recognise:
    """The function that a recipe names.

    Raises:
        RecipeError: there is none of that name.
    """
    known = {point.name: point for point in entry_points(group=GROUP)}
    if ":" not in name:
        if name not in known:
            raise RecipeError(
                f"ocr: no plug-in of the name '{name}' is installed",
                "write package.module:function, or install the package that brings it"
                + (f"; there are: {', '.join(sorted(known))}" if known else ""),
            )
        return _function(known[name].load(), name)
    module, _, path = name.partition(":")
    try:
        found: object = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise RecipeError(
            f"ocr: '{name}' can't be imported: {error}", "write package.module:function"
        ) from error
    return _function(found, name)


def _function(found: object, name: str) -> Recognise:
    if not callable(found):
        raise RecipeError(f"ocr: '{name}' is no function", "write package.module:function")
    return found


def grey_png(width: int, height: int, rows: bytes, stride: int) -> bytes:
    """A greyscale picture, 8 bits a pixel, as PNG.

    Args:
        width: pixels.
        height: pixels.
        rows: the pixels, from top to bottom.
        stride: bytes from one row to the next.
    """
    lines = b"".join(
        b"\0" + rows[at * stride : at * stride + width] for at in range(height)
    )  # each line starts with its filter, 0
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
