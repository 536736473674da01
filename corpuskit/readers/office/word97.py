"""The text of Word 97 to 2003 documents, by their piece table and paragraph properties.

As in [MS-DOC]: the piece table says where runs of text lie and whether they are in Unicode;
formatted disk pages say which paragraphs are headings or end a row, and which text is deleted.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from corpuskit.readers.office.compound import Compound
from corpuskit.readers.office.officeblocks import Block, table_blocks
from corpuskit.readers.whole import UnreadableError

_PAGE = 512
_MOST_PAGES = 200_000
_OPERANDS = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_DELETED, _HIDDEN = 0x0800, 0x083C
_IN_TABLE, _ROW_END, _OUTLINE = 0x2416, 0x2417, 0x2640
#: Pictures, drawings, comment marks and other anchors.
_ANCHORS = dict.fromkeys(map(ord, "\x01\x03\x04\x05\x06\x08\x1f"))
_SIGNS = {0x0B: "\n", 0x0C: "\n", 0x0E: "\n", 0x1E: "-", **_ANCHORS}


@dataclass(frozen=True, slots=True)
class _Paragraph:
    heading: int = 0
    in_table: bool = False
    row_end: bool = False


@dataclass(slots=True)
class _Runs:
    """Properties by place in the file: `at` are the starts of runs in order."""

    at: list[int] = field(default_factory=list)
    values: list[_Paragraph | bool] = field(default_factory=list)

    def get(self, place: int) -> _Paragraph | bool | None:
        """The properties at a place, if any are known."""
        number = bisect_right(self.at, place) - 1
        return self.values[number] if number >= 0 else None


def word_blocks(compound: Compound) -> list[Block]:
    """The text of the body and its notes.

    Raises:
        UnreadableError: ``encrypted``, ``legacy_word`` for what is older than Word 97, or
            ``broken_ole``.
    """
    try:
        return list(_Word(compound).blocks())
    except (struct.error, IndexError):
        raise UnreadableError(
            "broken_ole", "the document's tables are damaged; save it as .docx"
        ) from None


class _Word:
    def __init__(self, compound: Compound) -> None:
        self._main = compound.get("WordDocument") or b""
        magic, version = struct.unpack_from("<HH", self._main, 0)
        (flags,) = struct.unpack_from("<H", self._main, 0x0A)
        if magic != 0xA5EC or version < 0xC1:
            raise UnreadableError(
                "legacy_word", "written by Word 95 or older; save it as .docx in Word"
            )
        if flags & 0x0100:
            raise UnreadableError("encrypted", "protected by a password; save it without one")
        self._table = compound.get("1Table" if flags & 0x0200 else "0Table") or b""
        self._body, self._foot = struct.unpack_from("<II", self._main, 0x4C)
        self._pieces = list(self._piece_table())
        held = sum((last - first) * (2 if wide else 1) for first, last, _, wide in self._pieces)
        if held > 2 * len(self._main):
            raise UnreadableError("broken_ole", "the piece table names more text than there is")
        self._paragraphs = self._runs(0x0102, self._paragraph)
        self._dropped = self._runs(0x00FA, self._character)

    def _listed(self, at: int) -> bytes:
        """The structure in the table stream that two numbers of the header point to."""
        start, size = struct.unpack_from("<II", self._main, at)
        return self._table[start : start + size]

    def _piece_table(self) -> Iterator[tuple[int, int, int, bool]]:
        """Pieces: first and last character, place in the file, whether in Unicode."""
        raw, at = self._listed(0x01A2), 0
        while at < len(raw) and raw[at] == 1:
            at += 3 + struct.unpack_from("<H", raw, at + 1)[0]
        if at >= len(raw) or raw[at] != 2:
            raise UnreadableError("broken_ole", "the document has no piece table; save it as .docx")
        (size,) = struct.unpack_from("<I", raw, at + 1)
        count = (min(size, len(raw) - at - 5) - 4) // 12
        places = struct.unpack_from(f"<{count + 1}I", raw, at + 5)
        for number in range(count):
            (place,) = struct.unpack_from("<I", raw, at + 5 + 4 * (count + 1) + 8 * number + 2)
            wide = not place & 0x40000000
            start = place & 0x3FFFFFFF
            first, last = places[number], places[number + 1]
            if last > first:
                yield first, last, start if wide else start // 2, wide

    def _runs(self, at: int, read: Callable[[bytes, int, int], _Paragraph | bool]) -> _Runs:
        """All runs of a kind of properties, in the order of the file."""
        raw = self._listed(at)
        count = max(0, (len(raw) - 4) // 8)
        found = _Runs()
        for number in range(min(count, _MOST_PAGES)):
            (page,) = struct.unpack_from("<I", raw, 4 * (count + 1) + 4 * number)
            start = (page & 0x3FFFFF) * _PAGE
            sector = self._main[start : start + _PAGE]
            if len(sector) < _PAGE:
                continue
            runs = sector[_PAGE - 1]
            bounds = struct.unpack_from(f"<{runs + 1}I", sector, 0)
            for run in range(runs):
                if not found.at or bounds[run] >= found.at[-1]:
                    found.at.append(bounds[run])
                    found.values.append(read(sector, runs, run))
        return found

    @staticmethod
    def _paragraph(sector: bytes, runs: int, run: int) -> _Paragraph:
        offset = 2 * sector[4 * (runs + 1) + 13 * run]
        if not offset:
            return _Paragraph()
        size = sector[offset]
        start = offset + 1
        if size == 0:
            size, start = 2 * sector[offset + 1], offset + 2
        else:
            size = 2 * size - 1
        own = sector[start : start + size]
        if len(own) < 2:
            return _Paragraph()
        (style,) = struct.unpack_from("<H", own, 0)
        known = dict(_sprms(own[2:]))
        outline = known.get(_OUTLINE)
        heading = style if 1 <= style <= 9 else 0
        if outline is not None:
            heading = outline + 1 if outline < 9 else 0
        return _Paragraph(heading, known.get(_IN_TABLE) == 1, known.get(_ROW_END) == 1)

    @staticmethod
    def _character(sector: bytes, runs: int, run: int) -> bool:
        offset = 2 * sector[4 * (runs + 1) + run]
        if not offset:
            return False
        known = dict(_sprms(sector[offset + 1 : offset + 1 + sector[offset]]))
        return known.get(_DELETED) == 1 or known.get(_HIDDEN) == 1

    def _text(self, first: int, last: int) -> Iterator[tuple[str, int]]:
        """Paragraphs of a range of characters, each with the place of its mark in the file."""
        parts: list[str] = []
        for start, end, place, wide in self._pieces:
            low, high = max(first, start), min(last, end)
            if low >= high:
                continue
            width = 2 if wide else 1
            at = place + (low - start) * width
            raw = self._main[at : at + (high - low) * width]
            text = raw.decode("utf-16-le" if wide else "cp1252", "replace")
            if wide and len(text) != high - low:  # surrogate pairs count as two
                text = "".join(chr(unit) for unit in struct.unpack(f"<{len(raw) // 2}H", raw))
            begin = 0
            for number, character in enumerate(text):
                if character in "\r\x07\x0c":
                    parts.append(self._kept(text, begin, number, at, width))
                    mark = at + number * width
                    yield "".join(parts) + ("\x07" if character == "\x07" else ""), mark
                    parts, begin = [], number + 1
            parts.append(self._kept(text, begin, len(text), at, width))
        if any(parts):
            yield "".join(parts), -1

    def _kept(self, text: str, begin: int, end: int, at: int, width: int) -> str:
        """Text without what is deleted or hidden."""
        kept = []
        while begin < end:
            place = at + begin * width
            number = bisect_right(self._dropped.at, place)
            following = self._dropped.at[number] if number < len(self._dropped.at) else 1 << 40
            upto = min(end, begin + max(1, (following - place) // width))
            if not self._dropped.get(place):
                kept.append(text[begin:upto])
            begin = upto
        return "".join(kept)

    def blocks(self) -> Iterator[Block]:
        """Paragraphs, headings and tables of the body, then the notes."""
        rows: list[list[list[Block]]] = []
        cells: list[list[Block]] = []
        cell: list[Block] = []
        fields = _Fields()
        for raw, mark in self._text(0, self._body):
            known = self._paragraphs.get(mark)
            own = known if isinstance(known, _Paragraph) else _Paragraph()
            ended = raw.endswith("\x07")
            text = _clean(fields.result(raw.rstrip("\x07")))
            if own.row_end:
                rows.append(cells)
                cells, cell = [], []
            elif own.in_table or ended:
                if text:
                    cell.append(Block(text))
                if ended:
                    cells.append(cell)
                    cell = []
            else:
                yield from table_blocks([*rows, cells] if cells else rows, header=False)
                rows, cells = [], []
                if text and own.heading:
                    yield Block(text, "heading", own.heading)
                elif text:
                    yield Block(text)
        yield from table_blocks([*rows, cells] if cells else rows, header=False)
        for raw, _ in self._text(self._body, self._body + self._foot):
            text = _clean(fields.result(raw))
            if text:
                yield Block(text)


def _sprms(raw: bytes) -> Iterator[tuple[int, int]]:
    """Property modifiers: code and the first byte of its operand."""
    at = 0
    while at + 2 < len(raw):
        (code,) = struct.unpack_from("<H", raw, at)
        size = _OPERANDS.get(code >> 13)
        yield code, raw[at + 2]
        if size is None:
            if code == 0xD608 and at + 4 <= len(raw):
                size = struct.unpack_from("<H", raw, at + 2)[0] + 1
            else:
                size = raw[at + 2] + 1
        at += 2 + size


class _Fields:
    """Leaves out the instructions of fields; they may lie over several paragraphs."""

    def __init__(self) -> None:
        self._opened: list[bool] = []  # whether the result has begun

    def result(self, text: str) -> str:
        """Text without instructions."""
        if not self._opened and "\x13" not in text:
            return text
        kept = []
        for character in text:
            if character == "\x13":
                self._opened.append(False)
            elif character == "\x14" and self._opened:
                self._opened[-1] = True
            elif character == "\x15" and self._opened:
                self._opened.pop()
            elif all(self._opened):
                kept.append(character)
        return "".join(kept)


def _clean(text: str) -> str:
    """Text without anchors; halves of surrogate pairs joined."""
    text = text.translate(_SIGNS).replace("\x02", "").replace("\x13", "").replace("\x14", "")
    text = text.replace("\x15", "").strip(" \t\n\r")
    if any("\ud800" <= character < "\ue000" for character in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
