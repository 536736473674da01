"""JSON Lines: one JSON object a line, UTF-8, plain or compressed.

The way from file to Arrow is C calls over whole blocks of lines: msgspec splits each line into raw
field values, the texts are decoded together, the other fields go to `meta` as they stand. A block
with a bad line is screened line by line, once; its good lines then take the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
import numpy as np
import pyarrow as pa
from pydantic import Field

from corpuskit.document import ABOUT, RECORD, Identity
from corpuskit.kernels.buffers import Bytes, hex_strings, string_array, text_buffers
from corpuskit.readers.compression import Damage, Unpacked, compressed_endings
from corpuskit.readers.jsonfaults import fault
from corpuskit.readers.protocol import (
    BATCH_BYTES,
    InputFile,
    Read,
    Reader,
    ReaderParams,
    Slice,
    no_records,
    problem,
    problems,
)

_BOM = b"\xef\xbb\xbf"
_SCAN = 8 << 20
_Row = dict[str, msgspec.Raw]

_object = msgspec.json.Decoder(_Row).decode
_string = msgspec.json.Decoder(str)
_encode_lines = msgspec.json.Encoder().encode_lines

#: What msgspec raises for a line that is not a JSON object in UTF-8.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class JsonLinesParams(ReaderParams):
    """Options of the JSON Lines reader."""

    max_record_bytes: int = Field(
        256 << 20,
        ge=1,
        le=1 << 30,
        description="A longer line is a problem; memory grows to a few times the longest line.",
    )


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Whole lines; or the head of one line that is too long to hold.

    Attributes:
        data: the bytes; without a line end only at the end of the file.
        giant: length of the line whose head `data` is, or 0.
        tail: the bytes after the last line end.
    """

    data: bytes
    giant: int = 0
    tail: bool = False


class JsonLines(Reader):
    """Reads ``.jsonl`` and ``.ndjson``, plain or compressed; blank lines are not records."""

    name: ClassVar[str] = "jsonl"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".jsonl", ".ndjson")
    Params: ClassVar[type[ReaderParams]] = JsonLinesParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the first non-blank line is a JSON object, or starts like one and is cut."""
        if name.endswith(cls.endings):
            return 2
        line, end, _ = head.removeprefix(_BOM).lstrip().partition(b"\n")
        if not line.startswith(b"{") or not (end or len(head) >= 4096):
            return 0
        try:
            _object(line)
        except _UNREADABLE:
            return 2 if not end and line.startswith(b'{"') else 0
        return 2

    def slices(self, file: InputFile, target: int) -> Sequence[Slice]:
        """Byte ranges that start and end at lines, each at least `target` bytes but for the last.

        A compressed file is one slice.
        """
        if file.size <= target or Unpacked(file).codec is not None:
            return [Slice(weight=file.size)]
        starts = _line_starts(file, target)
        stops = [at for at, _ in starts[1:]] + [file.size]
        return [
            Slice(start, stop, first, stop - start)
            for (start, first), stop in zip(starts, stops, strict=True)
            if stop > start
        ]

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """Read lines as records; ids are those of the raw line without its line end."""
        unpacked = Unpacked(file)
        number = piece.first
        for chunk in _chunks(_blocks(unpacked, file, piece), self.params.max_record_bytes):
            data = chunk.data
            if piece.start == 0 and number == 1:
                data = data.removeprefix(_BOM)
            if chunk.tail and unpacked.damage:
                yield _damaged(unpacked.damage, data, number, identity)
                return
            if chunk.giant:
                row = self._giant(data, chunk.giant, number, identity)
                yield Read(no_records(), problems([row]))
                number += 1
            else:
                yield from self._lines(data, number, identity)
                number += data.count(b"\n")
        if unpacked.damage:
            yield _damaged(unpacked.damage, b"", number, identity)

    def _giant(self, head: bytes, size: int, number: int, identity: Identity) -> dict[str, Any]:
        """The problem of a line that is too long; its id and digest are those of its head."""
        limit = self.params.max_record_bytes
        message = f"a line of {size} bytes; raise max_record_bytes, now {limit}, to read it"
        return problem(identity, f"line {number}", "record_too_large", message, head, size=size)

    def _lines(self, data: bytes, first: int, identity: Identity) -> Iterator[Read]:
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        if not lines:
            return
        block = _Block(data, lines, first)
        try:
            if block.longest > self.params.max_record_bytes:
                raise _ScreenError
            yield Read(self._records(block, identity))
        except (_ScreenError, *_UNREADABLE, KeyError, pa.ArrowInvalid):
            found = self._screen(block, identity)
            yield Read(self._records(block, identity), problems(found))

    def _screen(self, block: _Block, identity: Identity) -> list[dict[str, Any]]:
        """Take blank and bad lines out of a block; the problems of the bad ones."""
        found: list[dict[str, Any]] = []
        good: list[int] = []
        limit = self.params.max_record_bytes
        for at, line in enumerate(block.lines):
            if not line or line.isspace():
                continue
            locator = f"line {block.first + at}"
            if len(line) > limit:
                found.append(self._giant(line[:limit], len(line), block.first + at, identity))
                continue
            raw = line.removesuffix(b"\r")
            if wrong := fault(raw, self.fields.text):
                found.append(problem(identity, locator, *wrong, raw))
            else:
                good.append(at)
        block.keep(good)
        return found

    def _records(self, block: _Block, identity: Identity) -> pa.RecordBatch:
        rows = [_object(line) for line in block.lines]
        name = self.fields.text
        raw = b"\n".join([row.pop(name) for row in rows])
        texts = _string.decode_lines(raw)
        source_ids = self._source_ids(rows)
        block.check_utf8()
        locators = pa.array([f"line {number}" for number in block.numbers()], pa.string())
        columns = [
            block.ids(locators, identity),
            source_ids,
            pa.array(texts, pa.string()),
            locators,
            pa.nulls(len(rows), pa.string()),
            *(pa.nulls(len(rows), field.type) for field in ABOUT),
            _meta(rows),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=RECORD)

    def _source_ids(self, rows: list[_Row]) -> pa.Array:
        name = self.fields.id
        if name is None:
            return pa.nulls(len(rows), pa.string())
        found = [row.pop(name, None) for row in rows]
        return pa.array([raw and _as_text(bytes(raw)) for raw in found], pa.string())


class _ScreenError(Exception):
    """The block must be looked at line by line."""


class _Block:
    """Lines of a file: the bytes, the lines within them, and the number of the first.

    Args:
        data: the bytes that were split at line ends.
        lines: all lines without ``\\n``.
        first: line number of the first one.
    """

    def __init__(self, data: bytes, lines: list[bytes], first: int) -> None:
        self.lines = lines
        self.first = first
        ends = pa.py_buffer(np.array([0, len(data)], np.int32))
        self._whole = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(data)])
        self._places: list[int] | None = None
        self._lengths = np.fromiter(map(len, lines), np.int64, len(lines))

    @property
    def longest(self) -> int:
        """Bytes of the longest line."""
        return int(self._lengths.max(initial=0))

    def keep(self, places: list[int]) -> None:
        """Go on with some of the lines only."""
        self._places = places
        self.lines = [self.lines[at] for at in places]

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
            return range(self.first, self.first + len(self.lines))
        return [self.first + at for at in self._places]

    def ids(self, locators: pa.Array, identity: Identity) -> pa.Array:
        """Ids of the lines, as `Identity.of` gives them for each line without its line end."""
        from corpuskit.kernels.hashing import record_ids  # Numba: not for whoever only plans

        data, _ = text_buffers(self._whole)
        stops = np.cumsum(self._lengths + 1) - 1
        starts = stops - self._lengths
        if self._places is not None:
            starts, stops = starts[self._places], stops[self._places]
        if len(data):
            stops = stops - ((stops > starts) & (data[np.maximum(stops - 1, 0)] == 13))
        out = np.empty((len(starts), 2), np.uint64)
        one, two = (np.uint64(seed) for seed in identity.seeds)
        record_ids(data, starts, stops, *text_buffers(locators), one, two, out)
        return hex_strings(out)


def _blocks(unpacked: Unpacked, file: InputFile, piece: Slice) -> Iterator[bytes]:
    if piece.start == 0 and piece.stop < 0:
        yield from unpacked.blocks(BATCH_BYTES)
        return
    left = piece.stop - piece.start
    with file.open() as stream:
        stream.seek(piece.start)
        while left > 0 and (block := stream.read(min(BATCH_BYTES, left))):
            left -= len(block)
            yield block


def _chunks(blocks: Iterator[bytes], limit: int) -> Iterator[_Chunk]:
    """Cut blocks at line ends. No more than `limit` bytes and two blocks are ever held."""
    held: list[bytes] = []
    size = 0
    for block in blocks:
        cut = block.rfind(b"\n") + 1
        if cut and size > limit:
            first = block.find(b"\n")
            yield _Chunk(b"".join(held)[:limit], giant=size + first)
            held, size, block, cut = [], 0, block[first + 1 :], cut - first - 1
        if cut:
            yield _Chunk(b"".join([*held, block[:cut]]))
            held, size, block = [], 0, block[cut:]
        if size <= limit:
            held.append(block)
        size += len(block)
    if size > limit:
        yield _Chunk(b"".join(held)[:limit], giant=size, tail=True)
    elif size:
        yield _Chunk(b"".join(held), tail=True)


def _line_starts(file: InputFile, target: int) -> list[tuple[int, int]]:
    """Where slices start: the byte, and the number of the line that starts there."""
    starts = [(0, 1)]
    wanted, base, number = target, 0, 1
    with file.open() as stream:
        while block := stream.read(_SCAN):
            counted = 0
            while wanted <= base + len(block):
                at = block.find(b"\n", max(0, wanted - 1 - base)) + 1
                if not at:
                    break
                number += block.count(b"\n", counted, at)
                counted = at
                starts.append((base + at, number))
                wanted = base + at + target
            number += block.count(b"\n", counted)
            base += len(block)
    return starts


def _damaged(damage: Damage, tail: bytes, number: int, identity: Identity) -> Read:
    row = problem(identity, f"line {number}", damage.error, damage.message, tail)
    return Read(no_records(), problems([row]))


def _as_text(raw: bytes) -> str | None:
    """A JSON value as text: a string as it is, null as None, anything else as its JSON."""
    if raw[:1] == b'"':
        return _string.decode(raw)
    return None if raw == b"null" else raw.decode()


def _meta(rows: list[_Row]) -> pa.Array:
    """The fields that are left, as JSON in the input's order; null where there are none."""
    encoded: Bytes = np.frombuffer(_encode_lines(rows), np.uint8)
    ends = np.flatnonzero(encoded == 10)
    # Values hold no raw line end (they come from lines), so each one found ends a row.
    offsets = np.zeros(len(rows) + 1, np.int32)
    offsets[1:] = ends - np.arange(len(rows))
    values = string_array(encoded[encoded != 10], offsets)
    empty = np.diff(offsets) == 2
    if not empty.any():
        return values
    return pa.array(np.asarray(values.to_pylist(), object), pa.string(), mask=empty)
