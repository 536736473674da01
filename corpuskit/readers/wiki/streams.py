"""Where a multistream dump may be cut: its bzip2 streams hold whole pages, a hundred each."""

from __future__ import annotations

import bz2
import io
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from corpuskit.readers.protocol import InputFile, Slice

#: A stream's head: level 1 to 9, then the magic of its first block (the digits of pi).
_HEADS = tuple(b"BZh" + bytes((digit,)) + b"1AY&SY" for digit in b"123456789")
#: Of the first stream this much is looked at; it holds the site's description alone.
_MOST_FIRST = 1 << 20
_LOOKED = 4096


@dataclass(frozen=True, slots=True)
class Stretch:
    """Streams of a dump in memory, as a file to unpack."""

    name: str
    data: bytes

    def open(self) -> IO[bytes]:
        """The bytes, packed as they are."""
        return io.BytesIO(self.data)


def stretches(file: InputFile, target: int) -> Sequence[Slice]:
    """Slices of about `target` packed bytes; one where the file can't be cut at pages."""
    whole = [Slice(weight=file.size)]
    if file.data is not None or file.size <= target:
        return whole
    with (
        file.path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as m,
    ):
        second = _next_head(m, 1)
        if not m[:10].startswith(_HEADS) or second is None or not _is_description(m[:second]):
            return whole
        starts = [0]
        while (at := _next_head(m, starts[-1] + target)) is not None:
            if not _starts_with_page(m[at : at + (1 << 20)]):
                return whole
            starts.append(at)
    stops = [*starts[1:], file.size]
    return [Slice(a, b, 1, b - a) for a, b in zip(starts, stops, strict=True)]


def description(file: InputFile) -> bytes:
    """The XML of the first stream: the root's start and the site's description."""
    with file.open() as stream:
        head = stream.read(_MOST_FIRST)
    return bz2.BZ2Decompressor().decompress(head, _MOST_FIRST)


def _next_head(data: mmap.mmap, start: int) -> int | None:
    found = data.find(b"1AY&SY", start + 4)
    while found >= 0:
        if data[found - 4 : found + 6] in _HEADS:
            return found - 4
        found = data.find(b"1AY&SY", found + 1)
    return None


def _is_description(packed: bytes) -> bool:
    text = _unpacked(packed, _MOST_FIRST)
    return b"</siteinfo>" in text and b"<page>" not in text


def _starts_with_page(packed: bytes) -> bool:
    return _unpacked(packed, _LOOKED).lstrip().startswith(b"<page>")


def _unpacked(packed: bytes, most: int) -> bytes:
    try:
        return bz2.BZ2Decompressor().decompress(packed, most)
    except (OSError, EOFError):
        return b""
