"""A block of lines of JSON Lines: where the lines are, their fields, their ids, without copies.

What every line of a block is fit for is done for the block as a whole, by C calls and kernels; the
lines themselves are cut out only where one of them has to be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.document import Identity
from corpuskit.kernels.buffers import Bytes, hex_strings, string_array, text_buffers

Row = dict[str, msgspec.Raw]

_rows = msgspec.json.Decoder(Row)
_strings = msgspec.json.Decoder(str)

#: What msgspec raises for a line that is not a JSON object in UTF-8.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_LINE_END, _RETURN, _OPENING, _CLOSING = b"\n\r{}"


class LineBlock:
    """Lines of a file: the bytes, the places of the lines, and the number of the first.

    Args:
        data: whole lines; the last one may have no line end.
        first: line number of the first one.
    """

    def __init__(self, data: bytes, first: int) -> None:
        self.data = data
        self.first = first
        self._whole = _one_string(data)
        self._bytes: Bytes = text_buffers(self._whole)[0]
        ends = np.flatnonzero(self._bytes == _LINE_END)
        self.line_ends = len(ends)
        self._stops = ends if data[-1:] in (b"\n", b"") else np.append(ends, len(data))
        self._starts = np.concatenate([[0], self._stops + 1])[: len(self._stops)]
        self._places: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self._stops)

    @property
    def longest(self) -> int:
        """Bytes of the longest line."""
        return int((self._stops - self._starts).max(initial=0))

    @cached_property
    def lines(self) -> list[bytes]:
        r"""The lines without ``\n``."""
        places = zip(self._starts.tolist(), self._stops.tolist(), strict=True)
        return [self.data[start:stop] for start, stop in places]

    def keep(self, places: list[int]) -> None:
        """Go on with some of the lines only."""
        self._places = np.array(places, np.int64)
        self.lines = [self.lines[at] for at in places]
        self._starts, self._stops = self._starts[self._places], self._stops[self._places]

    def rows(self) -> list[Row]:
        """The fields of each line, as they stand.

        Raises:
            msgspec.DecodeError, UnicodeDecodeError, RecursionError: a line is not an object.
        """
        if self._places is None and self._are_braced():
            found = _rows.decode_lines(self.data)
            # No value holds a line end between a closing and an opening brace: no line has less
            # than one object, so as many objects as lines are one for each.
            if len(found) == len(self):
                return found
        return [_rows.decode(line) for line in self.lines]

    def _are_braced(self) -> bool:
        """Whether each line starts and ends with a brace."""
        starts, stops = self._starts, self._unended()
        if not len(starts) or (stops <= starts).any():
            return False
        opened = self._bytes[starts] == _OPENING
        return bool(opened.all() and (self._bytes[stops - 1] == _CLOSING).all())

    def _unended(self) -> npt.NDArray[np.int64]:
        r"""Where lines stop, without ``\r``."""
        starts, stops = self._starts, self._stops
        if not len(self._bytes):
            return stops
        returned = self._bytes[np.maximum(stops - 1, 0)] == _RETURN
        shorter: npt.NDArray[np.int64] = stops - ((stops > starts) & returned)
        return shorter

    def check_utf8(self) -> None:
        """Check the bytes of a whole block; lines that were screened are known to be right.

        Raises:
            pyarrow.ArrowInvalid: there is invalid UTF-8 somewhere.
        """
        if self._places is None:
            self._whole.validate(full=True)

    def numbers(self) -> Sequence[int]:
        """Line numbers."""
        if self._places is None:
            return range(self.first, self.first + len(self))
        numbers: list[int] = (self._places + self.first).tolist()
        return numbers

    def ids(self, locators: pa.Array, identity: Identity) -> pa.Array:
        """Ids of the lines, as `Identity.of` gives them for each line without its line end."""
        from corpuskit.kernels.hashing import record_ids  # Numba: not for whoever only plans

        out = np.empty((len(self), 2), np.uint64)
        one, two = (np.uint64(seed) for seed in identity.seeds)
        stops = self._unended()
        record_ids(self._bytes, self._starts, stops, *text_buffers(locators), one, two, out)
        return hex_strings(out)


def texts_of(values: Sequence[msgspec.Raw]) -> pa.Array:
    """JSON strings as texts; their UTF-8 is the caller's to check.

    Raises:
        msgspec.DecodeError: one is no string.
    """
    found = _unescaped(values)
    if found is not None:
        return found
    return pa.array(_strings.decode_lines(b"\n".join(values)), pa.string())


def as_texts(values: Sequence[msgspec.Raw | None]) -> pa.Array:
    """JSON values as text: strings as they are, null and None as null, the rest as its JSON."""
    given = [value for value in values if value is not None]
    found = _unescaped(given) if len(given) == len(values) else None
    if found is not None:
        return found
    return pa.array([value and _as_text(bytes(value)) for value in values], pa.string())


def _unescaped(values: Sequence[msgspec.Raw]) -> pa.Array | None:
    """The texts, or None where one of the values is no string, or a strange one."""
    from corpuskit.kernels.jsonstrings import unescape

    raw = text_buffers(_one_string(b"\n".join(values)))[0]
    out, offsets = np.empty(len(raw), np.uint8), np.zeros(len(values) + 1, np.int32)
    size = unescape(raw, out, offsets)
    return string_array(out[:size], offsets) if size >= 0 else None


def _one_string(data: bytes) -> pa.Array:
    """Bytes as the only value of an array, on their own memory."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int32))
    return pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(data)])


def _as_text(raw: bytes) -> str | None:
    if raw[:1] == b'"':
        return _strings.decode(raw)
    return None if raw == b"null" else raw.decode()
