"""Compound files (OLE2): the streams of old Office documents, read within budgets."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from corpuskit.readers.office.officeparts import OLE_MAGIC
from corpuskit.readers.whole import UnreadableError

_FREE = 0xFFFFFFFA  # and all above are marks, not sectors
_ENTRY = 128
_SMALL = 64


def _broken(what: str) -> UnreadableError:
    return UnreadableError("broken_ole", f"the OLE file's {what} is damaged; fetch the file again")


class Compound:
    """A compound file in memory.

    Args:
        data: the bytes.

    Raises:
        UnreadableError: ``broken_ole``.
    """

    def __init__(self, data: bytes) -> None:
        if data[:8] != OLE_MAGIC or len(data) < 512:
            raise _broken("header")
        shift, small_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise _broken("header")
        self._data, self._size = data, 1 << shift
        (directory, self._cutoff, small, small_count, more, more_count) = struct.unpack_from(
            "<I4xIIIII", data, 48
        )
        self._table = self._sectors(data, more, more_count)
        self._small_table = self._numbers(self._chain(small)) if small_count else ()
        self.streams: dict[str, tuple[int, int]] = {}
        root = None
        raw = self._chain(directory)
        for at in range(0, len(raw) - _ENTRY + 1, _ENTRY):
            name, kind, start, length = _entry(raw[at : at + _ENTRY])
            if kind == 5 and root is None:
                root = (start, length)
            elif kind == 2:
                self.streams.setdefault(name, (start, length))
        if root is None:
            raise _broken("directory")
        self._small = self._chain(root[0])[: root[1]] if small_count else b""

    def get(self, name: str) -> bytes | None:
        """The bytes of the first stream of a name, or None where there is none.

        Raises:
            UnreadableError: ``broken_ole``.
        """
        place = self.streams.get(name)
        if place is None:
            return None
        start, length = place
        if length >= self._cutoff:
            return self._chain(start)[:length]
        pieces = []
        for number in _follow(start, self._small_table):
            pieces.append(self._small[number * _SMALL : (number + 1) * _SMALL])
        return b"".join(pieces)[:length]

    def _sectors(self, data: bytes, more: int, more_count: int) -> tuple[int, ...]:
        """The table that chains sectors."""
        listed = [n for n in struct.unpack_from("<109I", data, 76) if n < _FREE]
        per = self._size // 4
        for _ in range(min(more_count, len(data) // self._size + 1)):
            if more >= _FREE:
                break
            numbers = self._numbers(self._sector(more))
            listed += [n for n in numbers[: per - 1] if n < _FREE]
            more = numbers[per - 1] if len(numbers) >= per else _FREE
        if len(listed) > len(data) // self._size:
            raise _broken("table of sectors")
        return self._numbers(b"".join(self._sector(number) for number in listed))

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _follow(start, self._table))

    @staticmethod
    def _numbers(raw: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])


def _follow(start: int, table: tuple[int, ...]) -> Iterator[int]:
    """The sectors of a chain; one that runs in a circle is damage."""
    number = start
    for _ in range(len(table) + 1):
        if number >= _FREE:
            return
        if number >= len(table):
            raise _broken("chain of sectors")
        yield number
        number = table[number]
    raise _broken("chain of sectors")


def _entry(raw: bytes) -> tuple[str, int, int, int]:
    """Name, kind, first sector and length of a directory entry."""
    length, kind = struct.unpack_from("<HB", raw, 64)
    start, size = struct.unpack_from("<II", raw, 116)
    name = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    return name, kind, start, size
