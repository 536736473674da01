"""Records on the unpacked bytes of a web archive, one after the other, past what is damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpuskit.readers.compression import Damage
from corpuskit.readers.warc.stream import START, Break, Piece, Start

_MOST_HEAD = 64 << 10
_MORE = 64 << 10
_RECORD = re.compile(rb"(?<=\n)WARC/\d\.\d{1,2}\r?\n")
_LONGEST_START = 16
_NEWLINES = re.compile(rb"[\r\n]*")


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
        """The damage that this stretch ends in, for the record it is in; it is told but once."""
        if not isinstance(self._next, Break):
            return None
        self.told = True
        return self._next.damage

    @property
    def spoilt(self) -> bool:
        """Whether the member that the stretch begins with is known to be corrupt."""
        met = self._next
        if not isinstance(met, Break) or met.offset != self._origin:
            return False
        return met.damage.error.startswith("corrupt")

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
        wanted = max(size, len(got[0]) // 4)  # what is held is copied: not for every few bytes
        more = 0
        while more < wanted:
            piece = next(self._pieces, None)
            if isinstance(piece, bytes):
                got.append(piece)
                more += len(piece)
                continue
            self._next, self._over = piece, piece is None
            break
        self._passed += self._at
        self._held, self._at = b"".join(got), 0
        return more >= size

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
            most = self._at + _MOST_HEAD
            end, after = _blank_line(self._held, self._at, most)
            if end >= 0 and self._held.startswith(START, self._at):
                head = self._held[self._at : end]
                self._at = after
                return head
            if end >= 0 or len(self._held) >= most or not self._fill():
                return None

    def has(self, size: int) -> bool:
        """Whether `size` more bytes follow."""
        return self._need(size)

    def body(self, size: int) -> bytes:
        """The next `size` bytes, passed over; the tape has them."""
        self._at += size
        return self._held[self._at - size : self._at]

    def ends_record(self, size: int) -> bool:
        """Whether the record ends after `size` bytes.

        Two line ends follow, or at least the next record or the stretch's end.
        """
        self._need(size + _LONGEST_START)
        if self._held.startswith((b"\r\n\r\n", b"\n\n"), self._at + size):
            return True
        found = _NEWLINES.match(self._held, self._at + size)
        after = found.end() if found else self._at + size
        return after >= len(self._held) or self._held.startswith(START, after)

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
            if not self._fill(_MORE) and not _RECORD.search(self._held, self._at):
                self._at = len(self._held)
                return False


def _blank_line(held: bytes, start: int, stop: int) -> tuple[int, int]:
    """Where the lines before a blank line end, and where it ends; -1 where there is none."""
    end = held.find(b"\n\r\n", start, stop)
    other = held.find(b"\n\n", start, end if end >= 0 else stop)
    return (other, other + 2) if other >= 0 else (end, end + 3)
