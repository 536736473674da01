"""The bytes of a web archive, unpacked, with the places where records begin, and past damage.

A web archive has each record in a gzip member or zstd frame of its own, is compressed as a whole,
or not at all. Where a member is damaged, the next one that holds a record is searched for.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import zstandard

from corpuskit.readers.compression import Codec, Damage

_FEED = 64 << 10
_EXPAND = 1 << 20
_FEED_ZSTD = 2 << 10  # zstd can't bound what one call expands to
_START = b"WARC/"
_MAGIC: dict[Codec, bytes] = {"gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd"}
#: A skippable frame at the start may hold the dictionary that all others need.
_DICTIONARY = b"\x5d\x2a\x4d\x18"
_MOST_DICTIONARY = 16 << 20
_MOST_CANDIDATES = 10_000
#: Bytes of a head, and where the next record is looked for.
MOST_HEAD = 64 << 10
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_RECORD = re.compile(rb"(?<=\n)WARC/\d\.\d{1,2}\r?\n")
_LONGEST_START = 16
_NEWLINES = re.compile(rb"[\r\n]*")


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
                if len(opening) >= len(_START):
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
        inner = zlib.decompressobj(wbits=31)
        while not inner.eof:
            fed = inner.unconsumed_tail or self._feed.take(_FEED)
            if not fed:
                raise EOFError
            if out := inner.decompress(fed, _EXPAND):
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
                begun = zlib.decompressobj(wbits=31).decompress(self._feed.take(4096), 16)
            else:
                begun = next(self._unzstd(), b"")
        except (zlib.error, zstandard.ZstdError, EOFError):
            return False
        return bool(begun.startswith(_START))


def _opened(opening: bytes, start: int) -> Iterator[Piece]:
    """The first bytes of a member; a file cut into members anywhere has records across them."""
    if start == 0 or opening.startswith(_START):
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


class Tape:
    """Reads records off the pieces of a web archive.

    A *stretch* is a run of bytes that begins with a record: to the next member that begins one, to
    damage, or to the end of the file.

    Args:
        pieces: from `pieces`.
        packed: whether the file is compressed.
    """

    def __init__(self, pieces: Iterator[Piece], packed: bool) -> None:
        self._pieces, self._packed = pieces, packed
        self._held, self._at = b"", 0
        self._origin, self._passed = -1, 0
        self._next: Start | Break | None = None
        self._over = False
        #: Whether the damage that ended a stretch was told with the record it is in.
        self.told = False

    def stretch(self) -> Break | bool | None:
        """Go to the next stretch: True; a `Break` where damage comes first; None at the end."""
        self._drop()
        while self._fill():
            self._drop()
        met, self._next = self._next, None
        told, self.told = self.told, False
        if isinstance(met, Break) and told:
            return self.stretch()
        if isinstance(met, Break):
            return met
        if met is None:
            return None
        self._origin, self._passed, self._held, self._at = met.offset, 0, b"", 0
        return True

    def damage(self) -> Damage | None:
        """The damage that ended this stretch, for the record it is in; it is told but once."""
        if not isinstance(self._next, Break):
            return None
        self.told = True
        return self._next.damage

    @property
    def origin(self) -> int:
        """Place of the member that the stretch begins with; -1 before the first."""
        return self._origin

    @property
    def last(self) -> bool:
        """Whether the file ends where this stretch ends."""
        return self._over and self._next is None

    @property
    def place(self) -> str:
        """Locator of the next byte: its member's place, and how far into the unpacked member."""
        within = self._passed + self._at
        if not self._packed:
            return f"offset {self._origin + within}"
        return f"offset {self._origin}+{within}" if within else f"offset {self._origin}"

    def _drop(self) -> None:
        self._passed += len(self._held)
        self._held, self._at = b"", 0

    def _fill(self, size: int = 1) -> bool:
        """Hold `size` more bytes of this stretch; False where it ends before."""
        if self._next is not None or self._over:
            return False
        got = [self._held[self._at :]]
        missing = size
        while missing > 0:
            piece = next(self._pieces, None)
            if isinstance(piece, bytes):
                got.append(piece)
                missing -= len(piece)
                continue
            self._next, self._over = piece, piece is None
            break
        self._passed += self._at
        self._held, self._at = b"".join(got), 0
        return missing <= 0

    def _need(self, size: int) -> bool:
        missing = size - (len(self._held) - self._at)
        return missing <= 0 or self._fill(missing)

    def blank(self) -> bool:
        """Pass over line ends; False where the stretch ends."""
        while True:
            found = _NEWLINES.match(self._held, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._held):
                return True
            if not self._fill():
                return False

    def head(self) -> bytes | None:
        """The lines of a record's head, passed over; None where there is none."""
        while True:
            most = self._at + MOST_HEAD
            found = _HEAD_END.search(self._held, self._at, most)
            if found and self._held.startswith(_START, self._at):
                head = self._held[self._at : found.start()]
                self._at = found.end()
                return head
            if found or len(self._held) >= most or not self._fill():
                return None

    def body(self, size: int) -> bytes | None:
        """The next `size` bytes, not yet passed over; None where there are fewer."""
        return self._held[self._at : self._at + size] if self._need(size) else None

    def ends_record(self, size: int) -> bool:
        """Whether the record ends after `size` bytes.

        Two line ends follow, or at least the next record or the stretch's end.
        """
        self._need(size + _LONGEST_START)
        if self._held.startswith((b"\r\n\r\n", b"\n\n"), self._at + size):
            return True
        found = _NEWLINES.match(self._held, self._at + size)
        after = found.end() if found else self._at + size
        return after >= len(self._held) or self._held.startswith(_START, after)

    def skip(self, size: int) -> bool:
        """Pass over bytes, held or not; False where there are fewer."""
        while size > len(self._held) - self._at:
            size -= len(self._held) - self._at
            self._at = len(self._held)
            if not self._fill():
                return False
        self._at += size
        return True

    def search(self) -> bool:
        """Go on at the next line that begins a record; False where the stretch has none."""
        self._at = min(self._at + 1, len(self._held))
        while True:
            found = _RECORD.search(self._held, self._at)
            if found:
                self._at = found.start()
                return True
            self._at = max(self._at, len(self._held) - _LONGEST_START)
            if not self._fill(_FEED) and not _RECORD.search(self._held, self._at):
                self._at = len(self._held)
                return False
