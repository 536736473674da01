"""Marks that are hidden in a text, read before normalisation removes them.

| kind | what it is | bytes, head |
| --- | --- | --- |
| c2pa | a C2PA manifest: U+FEFF, then variation selectors that spell C2PATXT, a version, a | |
| | length and the manifest (C2PA 2.4, annex A.8) | length stated, first bytes in hex |
| variation_selectors | another run of variation selectors, a byte each | bytes, in hex |
| tags | a run of tag characters (U+E0020 to U+E007F), which are ASCII | bytes, as text |
| zero_width | a run of characters without width, such as U+200B and U+200C | null, null |

A run has eight characters or more: no spelling, emoji or flag has as many. Selectors stand for
bytes as C2PA says: U+FE00 + b up to 15, then U+E0100 + b - 16. What a run of zero-width characters
says is not guessed; nor is, of a manifest, who signed it and whether the signature holds.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MARKS = pa.list_(
    pa.struct(
        [
            ("kind", pa.string()),
            ("start", pa.int64()),
            ("length", pa.int64()),
            ("bytes", pa.int64()),
            ("head", pa.string()),
        ]
    )
)
"""Type of the column: start and length are characters of the text before normalisation."""

MAGIC = b"C2PATXT\0"
HEAD = 32
"""Bytes of a mark that are kept."""

_SELECTORS = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_HEADER = len(MAGIC) + 5  # the version and four bytes of length follow
_RUN = re.compile(
    f"(?P<selectors>\ufeff?{_SELECTORS}{{8,}})|(?P<tags>[\U000e0020-\U000e007f]{{8,}})"
    "|(?P<zero_width>[\u200b-\u200f\u2060-\u2064\ufeff]{8,})"
)


def embedded_marks(text: str) -> list[dict[str, Any]]:
    """Return the marks of a text in order; the fields are those of `MARKS`."""
    found = []
    for match in _RUN.finditer(text):
        kind, size, head = "zero_width", None, None
        if match["selectors"]:
            kind, size, head = _of_selectors(match["selectors"])
        elif match["tags"]:
            kind, size = "tags", len(match["tags"])
            head = "".join(chr(ord(c) - 0xE0000) for c in match["tags"][:HEAD]).rstrip("\x7f")
        start, stop = match.span()
        if kind == "variation_selectors" and text[start] == "\ufeff":
            start += 1  # it belongs to the mark of C2PA only
        found.append(
            {"kind": kind, "start": start, "length": stop - start, "bytes": size, "head": head}
        )
    return found


def _of_selectors(run: str) -> tuple[str, int, str]:
    """Kind, number of bytes and first bytes of a run of selectors."""
    data = bytes(_byte(ord(c)) for c in run.lstrip("\ufeff"))
    if run[0] == "\ufeff" and data.startswith(MAGIC) and len(data) >= _HEADER:
        size = int.from_bytes(data[_HEADER - 4 : _HEADER], "big")
        return "c2pa", size, data[_HEADER : _HEADER + min(size, HEAD)].hex()
    return "variation_selectors", len(data), data[:HEAD].hex()


def _byte(point: int) -> int:
    return point - 0xFE00 if point < 0xE0100 else point - 0xE0100 + 16


def marks_of(array: pa.StringArray, rows: npt.NDArray[np.bool_]) -> pa.ListArray:
    """The column of marks; only the texts of `rows` are looked at, others have null."""
    if not rows.any():
        return pa.nulls(len(array), MARKS)
    found: list[list[dict[str, Any]] | None] = [None] * len(array)
    for row in np.flatnonzero(rows):
        found[row] = embedded_marks(array[int(row)].as_py()) or None
    return pa.array(found, MARKS)
