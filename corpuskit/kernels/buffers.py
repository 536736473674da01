"""Arrow string arrays as NumPy arrays and back, without copying the text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]

# What numbers are to mypy inside kernels; to Numba all of them are machine integers.
Int = int | np.signedinteger[Any]
Bool = bool | np.bool_

_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


class _Memory:
    """Shows an Arrow buffer to NumPy as a plain array, which keeps the buffer alive.

    It is marked writable only because a kernel's signature `uint8[::1]` means a writable array;
    nobody may write to it.
    """

    def __init__(self, buffer: pa.Buffer, dtype: str, first: int, count: int) -> None:
        self._buffer = buffer
        self.__array_interface__ = {
            "version": 3,
            "shape": (count,),
            "typestr": dtype,
            "data": (buffer.address + first * np.dtype(dtype).itemsize, False),
        }


def text_buffers(array: pa.Array | pa.ChunkedArray) -> tuple[Bytes, Offsets]:
    """Return `(data, offsets)` of a string array: text i is `data[offsets[i]:offsets[i + 1]]`.

    Offsets are absolute (a slice's don't start at 0), `int32[n + 1]`. The text is not copied,
    unless a chunked array has several chunks. Both arrays are for reading only.

    Raises:
        TypeError: the array is not of strings.
        ValueError: it has nulls.
    """
    array = _one_chunk(array)
    if array.null_count:
        raise ValueError(f"a text column must have no nulls, this one has {array.null_count}")
    _, offsets, data = array.buffers()
    if offsets is None or offsets.size == 0:
        return np.empty(0, np.uint8), np.zeros(1, np.int32)
    ends: Offsets = np.asarray(_Memory(offsets, "<i4", array.offset, len(array) + 1))
    if data is None or data.size == 0:
        return np.empty(0, np.uint8), ends
    return np.asarray(_Memory(data, "|u1", 0, data.size)), ends


def _one_chunk(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    if not pa.types.is_string(array.type):
        raise TypeError(f"a text column must be of type string, not {array.type}")
    if isinstance(array, pa.ChunkedArray):
        return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    return array


def same_memory(a: pa.Array | pa.ChunkedArray | None, b: pa.Array | pa.ChunkedArray) -> bool:
    """Say whether two arrays are the same piece of memory, so that what was computed holds."""
    if not isinstance(a, pa.Array) or not isinstance(b, pa.Array):
        return False
    if len(a) != len(b) or a.offset != b.offset:
        return False
    addresses = [[x.address if x else 0 for x in array.buffers()] for array in (a, b)]
    return addresses[0] == addresses[1]


def string_array(data: Bytes, offsets: Offsets) -> pa.StringArray:
    """Make the string array of `len(offsets) - 1` texts, on the memory of the two arrays.

    The caller answers for the bytes being UTF-8 and must not change the arrays afterwards.
    """
    buffers = [None, _buffer(offsets, np.int32), _buffer(data, np.uint8)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def _buffer(array: npt.NDArray[Any], dtype: type[np.generic]) -> pa.Buffer:
    return pa.py_buffer(np.ascontiguousarray(array, dtype=dtype))


def hex_strings(words: Words) -> pa.StringArray:
    """Write each row of `uint64[n, 2]` (high word first) as 32 lower-case hex digits."""
    octets = np.ascontiguousarray(words.astype(">u8")).view(np.uint8).reshape(len(words), 16)
    digits = np.empty((len(words), 32), np.uint8)
    digits[:, 0::2] = _DIGITS[octets >> 4]
    digits[:, 1::2] = _DIGITS[octets & 15]
    ends = np.arange(0, 32 * len(words) + 1, 32, dtype=np.int64)
    return string_array(digits.reshape(-1), ends.astype(np.int32))


def parse_hex(array: pa.Array | pa.ChunkedArray) -> Words:
    """Read texts of 32 hex digits as rows `uint64[n, 2]`; the inverse of `hex_strings`.

    Raises:
        ValueError: a text is not 32 hex digits.
    """
    data, offsets = text_buffers(array)
    if np.any(np.diff(offsets) != 32):
        raise ValueError("a 128-bit id must have 32 hex digits")
    digits = _NIBBLES[data[offsets[0] : offsets[-1]]].reshape(-1, 32)
    if np.any(digits > 15):
        raise ValueError("a 128-bit id may have hex digits only")
    octets = (digits[:, 0::2] << 4) | digits[:, 1::2]
    return octets.reshape(-1).view(">u8").reshape(-1, 2).astype(np.uint64)


def _nibbles() -> Bytes:
    table = np.full(256, 255, np.uint8)
    table[_DIGITS] = np.arange(16)
    table[np.frombuffer(b"ABCDEF", dtype=np.uint8)] = np.arange(10, 16)
    return table


_NIBBLES = _nibbles()
