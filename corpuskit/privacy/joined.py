"""The texts of a batch as one string, and the way between its characters and their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Places in the texts of an array, m in all, in order.

    Attributes:
        starts: where each starts, in bytes of the joined texts, `int64[m]`.
        stops: where it stops, `int64[m]`.
        rules: id of the rule that found it.
    """

    starts: Positions
    stops: Positions
    rules: tuple[str, ...]


class Joined:
    """The texts of an array, a line break after each but the last, so that no rule crosses them.

    Args:
        array: n texts, none null.
    """

    def __init__(self, array: pa.StringArray) -> None:
        sizes = pc.binary_length(array).to_numpy(zero_copy_only=False).astype(np.int64)
        self.firsts: Positions = np.concatenate([[0], np.cumsum(sizes + 1)])
        """Where each text starts, in bytes of the joined texts, `int64[n + 1]`."""
        bounds = pa.array([0, len(array)], pa.int32())
        self._array = pc.binary_join(pa.ListArray.from_arrays(bounds, array), "\n")

    @property
    def array(self) -> pa.StringArray:
        """The joined texts as an array of one."""
        return self._array

    @cached_property
    def data(self) -> npt.NDArray[np.uint8]:
        """The bytes."""
        return np.frombuffer(self._array[0].as_buffer(), np.uint8)

    @cached_property
    def text(self) -> str:
        """The characters; a lone surrogate is one."""
        return self.data.tobytes().decode("utf-8", "surrogatepass")

    @cached_property
    def _characters(self) -> Positions:
        """Where each character starts, and where the last one ends, in bytes."""
        heads = np.flatnonzero((self.data & 0xC0) != 0x80)
        return np.append(heads, len(self.data))

    def bytes_of(self, places: Positions) -> Positions:
        """Bytes of places given in characters."""
        return self._characters[places]

    def characters_of(self, places: Positions) -> Positions:
        """Characters of places given in bytes."""
        return np.searchsorted(self._characters, places)

    def rows_of(self, starts: Positions) -> Positions:
        """The text that each place, in bytes, lies in."""
        return np.searchsorted(self.firsts, starts, "right") - 1

    def spans(self, found: list[tuple[int, int, str]]) -> Spans:
        """`(start, stop, rule)` in characters as `Spans`, in order, each place once."""
        ordered = sorted(set(found))
        places = np.array([row[:2] for row in ordered], np.int64).reshape(-1, 2)
        starts, stops = (self.bytes_of(places[:, i]) for i in range(2))
        return Spans(starts, stops, tuple(row[2] for row in ordered))
