"""From positions in a normalised text back to the text before it.

Positions are code points, as Python counts them. What is kept are the *edits*: the places where the
number of characters differs. A text whose full-width letters became ASCII has none, since each
letter is still one character; CRLF made LF is one edit a line, of 12 bytes.

An edit says: `length` characters of the text, from character `at` on, come from `source_length`
characters of the source. A length of 0 is a removal. Between two edits, text and source go
character by character. So the place of an edit in the source needs not be stored: it is `at` plus
what the edits before it took away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.ja.normalize import DEFAULT, NormalizeOptions, Normalizer
from corpuskit.kernels.buffers import text_buffers

if TYPE_CHECKING:
    from corpuskit.ja.normalize import Normalized

EDITS = pa.list_(
    pa.struct([("at", pa.int32()), ("length", pa.int32()), ("source_length", pa.int32())])
)
"""Type of a column of edits: in order, and null where a text is as it was."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start:stop` of the text, and `source_start:source_stop` that they come from."""

    start: int
    stop: int
    source_start: int
    source_stop: int


class OffsetMap:
    """Finds, for characters of a text, the characters of its source that they come from.

    Args:
        edits: rows as the column `edits` has them, or None.
    """

    def __init__(self, edits: Sequence[Mapping[str, int]] | None) -> None:
        rows = [(e["at"], e["length"], e["source_length"]) for e in edits or ()]
        table: Ints = np.array(rows, np.int64).reshape(-1, 3)
        self._at, self._length, self._source_length = table.T
        grown = np.cumsum(self._source_length - self._length)
        self._source = self._at + np.concatenate([[0], grown[:-1]])

    def source(self, start: int, stop: int) -> tuple[int, int]:
        """Where the source of characters `start:stop` starts and stops; code points.

        What was removed at either end is not part of it, what was removed within is. A span inside
        an edit has the edit's whole source. An empty span has an empty source.

        Raises:
            ValueError: `start` is negative or greater than `stop`.
        """
        if not 0 <= start <= stop:
            raise ValueError(f"no span of a text: {start}:{stop}")
        first = self._locate(start)[0]
        if start == stop:
            return first, first
        return first, self._locate(stop - 1)[1]

    def _locate(self, position: int) -> tuple[int, int]:
        """The source of the one character at a position."""
        row = int(np.searchsorted(self._at, position, side="right")) - 1
        if row < 0:
            return position, position + 1
        start = int(self._source[row])
        stop = start + int(self._source_length[row])
        beyond = position - int(self._at[row] + self._length[row])
        return (start, stop) if beyond < 0 else (stop + beyond, stop + beyond + 1)

    def pieces(self, length: int) -> Iterator[Piece]:
        """All of a text of `length` characters and all of its source, in order, without gaps."""
        at = source = 0
        for edit in range(len(self._at)):
            start, begin = int(self._at[edit]), int(self._source[edit])
            if start > at:
                yield Piece(at, start, source, begin)
            at, source = start + int(self._length[edit]), begin + int(self._source_length[edit])
            yield Piece(start, at, begin, source)
        if at < length:
            yield Piece(at, length, source, source + length - at)


def edits_of(array: pa.StringArray, result: Normalized) -> pa.ListArray:
    """The column of edits that leads from normalised texts to those of `array`.

    Args:
        array: the texts that `Normalizer.run` was given.
        result: what it returned when asked for the trace.
    """
    from corpuskit.kernels.edits import find_edits

    if result.text is array:
        return pa.nulls(len(array), EDITS)
    source, source_offsets = text_buffers(array)
    data, offsets = text_buffers(result.text)
    ends = np.empty(len(offsets), np.int64)
    rows = find_edits(source, source_offsets, data, offsets, result.trace, ends)
    fields = [pa.array(np.ascontiguousarray(column)) for column in rows.T]
    edits = pa.StructArray.from_arrays(fields, fields=list(EDITS.value_type))
    none = np.append(np.diff(ends) == 0, False)
    positions = pa.array(ends.astype(np.int32), mask=none)
    return pa.ListArray.from_arrays(positions, edits, type=EDITS)


def normalize_with_map(text: str, options: NormalizeOptions = DEFAULT) -> tuple[str, OffsetMap]:
    """Normalise one text; return it, and the way back from it.

    Raises:
        UnicodeEncodeError: the text has a lone surrogate.
    """
    array = pa.array([text], pa.string())
    result = Normalizer(options).run(array, tracing=True)
    return str(result.text[0].as_py()), OffsetMap(edits_of(array, result)[0].as_py())
