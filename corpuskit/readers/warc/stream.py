"""The bytes of a web archive, unpacked, with the places where records begin, and past damage.

A web archive has each record in a gzip member or zstd frame of its own, is compressed as a whole,
or not at all. Where a member is damaged, the next one that holds a record is searched for.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

import zstandard

from corpuskit.readers.compression import Codec, Damage

_FEED = 16 << 10  # what a member leaves of it is copied
_EXPAND = 1 << 20
_FEED_ZSTD = 2 << 10  # zstd can't bound what one call expands to
START = b"WARC/"
_MAGIC: dict[Codec, bytes] = {"gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd"}
#: A skippable frame at the start may hold the dictionary that all others need.
_DICTIONARY = b"\x5d\x2a\x4d\x18"
_MOST_DICTIONARY = 16 << 20
_MOST_CANDIDATES = 10_000


@dataclass(frozen=True, slots=True)
class Start:
    """A record begins with the bytes that follow; `offset` is its member's place in the file."""

    offset: int


@dataclass(frozen=True, slots=True)
class Break:
    """The member that began at `offset` is damaged from here on."""

    offset: int
    damage: Damage

    def place(self, begun: bool) -> str:
        """Locator of the damage: its member, or where parts of that were read, its end."""
        return f"offset {self.offset} end" if begun else f"offset {self.offset}"


Piece = bytes | Start | Break


class _Feed:
    """A file's bytes with the place of the next one, and a way back."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._held, self._at, self._read = b"", 0, 0
        self.size = stream.seek(0, 2)
        stream.seek(0)

    @property
    def offset(self) -> int:
        """Place of the next byte."""
        return self._read - len(self._held) + self._at

    def take(self, size: int) -> bytes:
        """Some bytes; none at the end."""
        if self._at == len(self._held):
            self._held, self._at = self._stream.read(_FEED), 0
            self._read += len(self._held)
        taken = self._held[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def back(self, size: int) -> None:
        """Give the last bytes back that were taken."""
        self._at -= size

    def seek(self, offset: int) -> None:
        """Go on at a place."""
        self._read, self._held, self._at = self._stream.seek(offset), b"", 0


def pieces(stream: IO[bytes], codec: Codec | None) -> Iterator[Piece]:
    """Unpacked bytes in order; where records are known to begin; where it is damaged.

    Args:
        stream: the file, at its start; it can seek.
        codec: its compression.
    """
    feed = _Feed(stream)
    if codec is None:
        if block := stream.read(_EXPAND):
            yield Start(0)
        while block:
            yield block
            block = stream.read(_EXPAND)
        return
    members = _Members(feed, codec)
    while members.more():
        start = feed.offset
        yield from members.one(start)
        if members.damage:
            yield Break(start, members.damage)
            if not members.next_record(start + 1):
                return


class _Members:
    """The gzip members or zstd frames of a file."""

    def __init__(self, feed: _Feed, codec: Codec) -> None:
        self._feed, self._codec = feed, codec
        self.damage: Damage | None = None
        self._again = 4 * feed.size + (64 << 20)  # bytes that may be read again after damage
        self._dictionary = _dictionary(feed) if codec == "zstd" else None

    def more(self) -> bool:
        """Whether another member follows; zeros between them are passed over."""
        while taken := self._feed.take(_FEED):
            if rest := taken.lstrip(b"\0"):
                self._feed.back(len(rest))
                return True
        return False

    def one(self, start: int) -> Iterator[Piece]:
        """One member; `damage` tells how it ended."""
        self.damage, opening = None, b""
        marked = False
        try:
            for out in self._unpacked():
                if marked:
                    yield out
                    continue
                opening += out
                if len(opening) >= len(START):
                    yield from _opened(opening, start)
                    marked = True
        except (zlib.error, zstandard.ZstdError, EOFError) as error:
            how = "truncated" if isinstance(error, EOFError) else "corrupt"
            end = "ends too early" if how == "truncated" else "is corrupt"
            message = f"the {self._codec} stream {end} here; fetch the file again"
            self.damage = Damage(f"{how}_{self._codec}", message)
        if not marked and opening:
            yield from _opened(opening, start)

    def _unpacked(self) -> Iterator[bytes]:
        if self._codec == "gzip":
            return self._gunzipped()
        return self._unzstd()

    def _gunzipped(self) -> Iterator[bytes]:
        inner = _inflater()
        while not inner.eof:
            fed = inner.unconsumed_tail or self._feed.take(_FEED)
            if not fed:
                raise EOFError
            try:
                out = inner.decompress(fed, _EXPAND)
            except _corrupt() as error:
                raise zlib.error(str(error)) from error
            if out:
                yield out
        self._feed.back(len(inner.unused_data))

    def _unzstd(self) -> Iterator[bytes]:
        inner = self._zstd()
        while not inner.eof:
            fed = self._feed.take(_FEED_ZSTD)
            if not fed:
                raise EOFError
            if out := inner.decompress(fed):
                yield out
        self._feed.back(len(inner.unused_data))

    def _zstd(self) -> Any:
        return zstandard.ZstdDecompressor(dict_data=self._dictionary).decompressobj()

    def next_record(self, after: int) -> bool:
        """Go on at the next member that begins a record; False where there is none."""
        self._again -= self._feed.offset - after
        if self._again < 0:
            return False
        magic, tried = _MAGIC[self._codec], 0
        self._feed.seek(after)
        place, window = after, b""
        while fed := self._feed.take(_FEED):
            window += fed
            at = window.find(magic)
            while at >= 0 and tried < _MOST_CANDIDATES:
                tried += 1
                self._feed.seek(place + at)
                if self._begins_record():
                    self._feed.seek(place + at)
                    return True
                at = window.find(magic, at + 1)
            self._feed.seek(place + len(window))
            place += max(0, len(window) - len(magic) + 1)
            window = window[-len(magic) + 1 :]
        return False

    def _begins_record(self) -> bool:
        try:
            if self._codec == "gzip":
                begun = _inflater().decompress(self._feed.take(4096), 16)
            else:
                begun = next(self._unzstd(), b"")
        except (_corrupt(), zlib.error, zstandard.ZstdError, EOFError):
            return False
        return bool(begun.startswith(START))


def _inflater() -> Any:
    """ISA-L's inflate, half as fast again as zlib's; it comes with the extra ``web``."""
    from isal import isal_zlib

    return isal_zlib.decompressobj(wbits=31)


def _corrupt() -> type[Exception]:
    from isal import isal_zlib

    return cast("type[Exception]", isal_zlib.error)


def _opened(opening: bytes, start: int) -> Iterator[Piece]:
    """The first bytes of a member; a file cut into members anywhere has records across them."""
    if start == 0 or opening.startswith(START):
        yield Start(start)
    yield opening


def _dictionary(feed: _Feed) -> Any:
    """The dictionary at the start of a zstd web archive, or None."""
    head = feed.take(8)
    size = int.from_bytes(head[4:], "little")
    if not head.startswith(_DICTIONARY) or size > _MOST_DICTIONARY:
        feed.seek(0)
        return None
    found = b""
    while len(found) < size and (more := feed.take(size - len(found))):
        found += more
    feed.seek(0)
    if found.startswith(_MAGIC["zstd"]):
        try:
            reader = zstandard.ZstdDecompressor().stream_reader(found)
            found = reader.read(_MOST_DICTIONARY)
        except zstandard.ZstdError:
            return None
    return zstandard.ZstdCompressionDict(found)
