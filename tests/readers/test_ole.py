from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from corpuskit.readers.office.ole import Ole
from corpuskit.readers.office.xlsx import Xlsx

from .officefiles import saved
from .reading import about, in_memory, read, shared

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(**streams: bytes) -> bytes:
    """A compound file; every stream is padded to whole sectors of its own."""
    sectors: list[bytes] = []
    chain: list[int] = []

    def add(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        sectors.extend(pieces)
        chain.extend([*range(first + 1, first + len(pieces)), _END])
        return first

    entries = [_entry("Root Entry", 5, _END, 0)]
    for name, data in streams.items():
        padded = data.ljust(4096, b"\0")
        entries.append(_entry(name, 2, add(padded), len(padded)))
    directory = add(b"".join(entries))
    chain.append(_TABLE)
    table = len(sectors)
    sectors.append(struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain))))
    head = MAGIC + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIIII", 0, 1, directory, 0, 4096, _END, 0, _END, 0, table)
    return head + struct.pack("<108I", *[_FREE] * 108) + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.replace("_", " ").encode("utf-16-le") if kind == 2 else name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
    return head + b"\xff" * 12 + b"\0" * 36 + struct.pack("<III", start, size, 0)


def word(text: str, *, version: int = 0xC1, flags: int = 0x0200) -> bytes:
    """A Word 97 document of one Unicode piece without any formatting."""
    raw = text.encode("utf-16-le")
    units = len(raw) // 2
    header = bytearray(1024)
    struct.pack_into("<HH", header, 0, 0xA5EC, version)
    struct.pack_into("<H", header, 0x0A, flags)
    struct.pack_into("<I", header, 0x4C, units)
    table = b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, units)
    table += struct.pack("<HIH", 0, 1024, 0)
    struct.pack_into("<II", header, 0x01A2, 0, len(table))
    return compound(WordDocument=bytes(header) + raw, **{"1Table": table})


def test_word_97(tmp_path: Path) -> None:
    traps = "々ﾊﾝｶｸ①㈱髙﨑㎡m²か\u3099𠮷"
    data = word(f"一\r\x13 PAGE \x147\x15頁{traps}\x0b次\x1e\x1f\x01\r")
    rows = read(Ole(), saved(tmp_path, "a.doc", data))
    assert rows.texts == [f"一\n\n7頁{traps}\n次-"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "wrong_format"),
        (MAGIC, "broken_ole"),
        (MAGIC + b"\0" * 600, "broken_ole"),
        (compound(EncryptedPackage=b"x"), "encrypted"),
        (compound(PowerPoint_Document=b"x"), "legacy_powerpoint"),
        (compound(DocumentText=b"x"), "legacy_ichitaro"),
        (compound(Something=b"x"), "unknown_ole"),
        (word("あ\r", version=0x65), "legacy_word"),
        (word("あ\r", flags=0x0300), "encrypted"),
        (compound(WordDocument=b""), "legacy_word"),
    ],
)
def test_what_is_not_read_says_what_to_do(tmp_path: Path, data: bytes, error: str) -> None:
    rows = read(Ole(), saved(tmp_path, "a.doc", data))
    assert not rows.records
    assert [row["error"] for row in rows.problems] == [error]


def test_workbooks_are_handed_on() -> None:
    rows = read(Ole(), in_memory(compound(Workbook=b"x"), "台帳"))
    assert [(m.name, m.reader) for m in rows.members] == [("台帳.xls", "xlsx")]


def test_cells_far_apart_in_an_old_workbook_are_a_problem(tmp_path: Path) -> None:
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    cells = b"".join(
        record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0))
        for row, column in ((0, 0), (65535, 255))
    )
    stream = (
        record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + record(0x0A, b"")
    )
    rows = read(Xlsx(), saved(tmp_path, "a.xls", compound(Workbook=stream)))
    assert [row["error"] for row in rows.problems] == ["too_many_cells"]


def test_damaged_bytes_never_escape(tmp_path: Path) -> None:
    whole = word("日本語\r" * 50)
    chance = random.Random(11)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(4):
            data[chance.randrange(8, len(data))] ^= 1 << chance.randrange(8)
        rows = read(Ole(), saved(tmp_path, "a.doc", bytes(data)))
        assert rows.records or rows.problems


def test_recognised_by_content() -> None:
    assert Ole.recognises(MAGIC, "a.doc") == 2
    assert Ole.recognises(MAGIC, "a.xls") == 1
    assert Ole.recognises(b"text", "a.doc") == 0


def test_a_real_document() -> None:
    path = next(shared("fixtures/office_legacy").glob("*TestShiftJIS.doc"))
    row = read(Ole(), path).records[0]
    assert row["title"] == "第1章" and about(row)["author"] == "Reiichiro Hori"
    assert "| Agent | Add Agent | Add a new agent. |" in row["text"]
    assert row["text"].startswith("# File Agent Server Administration Tool\n\n## File Agent")
