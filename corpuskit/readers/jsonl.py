"""JSON Lines: one JSON object a line, UTF-8, plain or compressed.

The way from file to Arrow is C calls and kernels over whole blocks of lines: msgspec splits them
into raw field values, a kernel resolves the escapes of all texts, the other fields go to `meta` as
they stand. A block with a bad line is screened line by line, once; its good lines then take the
same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpuskit.document import ABOUT, RECORD, Identity
from corpuskit.kernels.buffers import Bytes, string_array
from corpuskit.readers.compression import Damage, Unpacked, compressed_endings
from corpuskit.readers.jsonfaults import fault
from corpuskit.readers.lineblock import UNREADABLE, LineBlock, Row, as_texts, texts_of
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

_object = msgspec.json.Decoder(Row).decode
_encode_lines = msgspec.json.Encoder().encode_lines


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
        except UNREADABLE:
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
                block = LineBlock(data, number)
                yield from self._lines(block, identity)
                number += block.line_ends
        if unpacked.damage:
            yield _damaged(unpacked.damage, b"", number, identity)

    def _giant(self, head: bytes, size: int, number: int, identity: Identity) -> dict[str, Any]:
        """The problem of a line that is too long; its id and digest are those of its head."""
        limit = self.params.max_record_bytes
        message = f"a line of {size} bytes; raise max_record_bytes, now {limit}, to read it"
        return problem(identity, f"line {number}", "record_too_large", message, head, size=size)

    def _lines(self, block: LineBlock, identity: Identity) -> Iterator[Read]:
        if not len(block):
            return
        try:
            if block.longest > self.params.max_record_bytes:
                raise _ScreenError
            yield Read(self._records(block, identity))
        except (_ScreenError, *UNREADABLE, KeyError, pa.ArrowInvalid):
            found = self._screen(block, identity)
            yield Read(self._records(block, identity), problems(found))

    def _screen(self, block: LineBlock, identity: Identity) -> list[dict[str, Any]]:
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

    def _records(self, block: LineBlock, identity: Identity) -> pa.RecordBatch:
        rows = block.rows()
        name, own = self.fields.text, self.fields.id
        texts = texts_of([row.pop(name) for row in rows])
        ids = [row.pop(own, None) for row in rows] if own is not None else [None] * len(rows)
        block.check_utf8()
        locators = pa.array([f"line {number}" for number in block.numbers()], pa.string())
        columns = [
            block.ids(locators, identity),
            as_texts(ids),
            texts,
            locators,
            pa.nulls(len(rows), pa.string()),
            *(pa.nulls(len(rows), field.type) for field in ABOUT),
            _meta(rows),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=RECORD)


class _ScreenError(Exception):
    """The block must be looked at line by line."""


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
            yield _Chunk(b"".join([*held, memoryview(block)[:cut]]))
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


def _meta(rows: list[Row]) -> pa.Array:
    """The fields that are left, as JSON in the input's order; null where there are none."""
    if not any(rows):
        return pa.nulls(len(rows), pa.string())
    encoded: Bytes = np.frombuffer(_encode_lines(rows), np.uint8)
    ends = np.flatnonzero(encoded == 10)
    # Values hold no raw line end (they come from lines), so each one found ends a row.
    offsets = np.zeros(len(rows) + 1, np.int32)
    offsets[1:] = ends - np.arange(len(rows))
    values = string_array(encoded[encoded != 10], offsets)
    empty = np.diff(offsets) == 2
    if not empty.any():
        return values
    return pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), values)
