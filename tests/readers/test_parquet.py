from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.readers.parquet import Parquet
from corpuskit.readers.protocol import Fields, Slice
from corpuskit.readers.rows import canonical

from .reading import IDENTITY, read, taken

TEXTS = ["本文", "", "か\u3099", "𠮟る\u0000", "①㈱"]


def written(path: Path, table: pa.Table, rows: int = 2) -> Path:
    pq.write_table(table, path, row_group_size=rows)
    return path


def test_rows_are_records_and_the_rest_is_meta(tmp_path: Path) -> None:
    table = pa.table({"z": [1.5, None, 3.0, 4.0, 5.0], "text": TEXTS, "a": [[n] for n in range(5)]})
    found = read(Parquet(), written(tmp_path / "a.parquet", table))
    assert found.texts == TEXTS
    assert [row["locator"] for row in found.records] == [f"row {n}" for n in range(1, 6)]
    assert found.records[1]["meta"] == '{"a":[1],"z":null}'
    raw = canonical({"a": [0], "text": "本文", "z": 1.5})
    assert raw == '{"a":[0],"text":"本文","z":1.5}'.encode()
    assert found.records[0]["id"] == IDENTITY.of(raw, "row 1")


def test_ids_do_not_depend_on_columns_order_or_row_groups(tmp_path: Path) -> None:
    one = pa.table({"text": TEXTS, "n": range(5)})
    two = pa.table(
        {"n": pa.array(range(5), pa.int16()), "text": pa.array(TEXTS, pa.large_string())}
    )
    first = read(Parquet(), written(tmp_path / "a.parquet", one, 1))
    second = read(Parquet(), written(tmp_path / "b.parquet", two, 5))
    assert first == second


@pytest.mark.parametrize("target", [1, 300, 1 << 30])
def test_slices_are_runs_of_row_groups(tmp_path: Path, target: int) -> None:
    table = pa.table({"text": [f"本文{n}" * n for n in range(50)]})
    path = written(tmp_path / "a.parquet", table, 7)
    pieces = Parquet().slices(taken(path), target)
    assert [piece.start for piece in pieces[1:]] == [piece.stop for piece in pieces[:-1]]
    assert [piece.first for piece in pieces] == [piece.start * 7 + 1 for piece in pieces]
    assert len(pieces) == {1: 8, 300: len(pieces), 1 << 30: 1}[target]
    whole = read(Parquet(), path)
    assert whole.texts == table["text"].to_pylist()
    assert read(Parquet(), path, target) == whole


def test_text_and_id_columns_are_configurable(tmp_path: Path) -> None:
    table = pa.table({"本文": pa.array(TEXTS).dictionary_encode(), "番号": [3, 1, 4, 1, 5]})
    found = read(Parquet(None, Fields("本文", "番号")), written(tmp_path / "a.parquet", table))
    assert found.texts == TEXTS
    assert [row["source_id"] for row in found.records] == ["3", "1", "4", "1", "5"]
    assert found.records[0]["meta"] is None


def test_values_that_json_has_not(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "text": ["x"],
        "bytes": [b"\xff\x00"],
        "date": [datetime.date(2024, 2, 29)],
        "time": pa.array([1_700_000_000_123_456_789], pa.timestamp("ns")),
        "zone": pa.array([0], pa.timestamp("us", "Asia/Tokyo")),
        "amount": [decimal.Decimal("12.50")],
        "half": pa.array([1.5], pa.float16()),
        "nan": [float("nan")],
        "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int8())),
        "span": pa.array([90_000_000_001], pa.duration("ns")),
    }
    found = read(Parquet(), written(tmp_path / "a.parquet", pa.table(columns)))
    assert json.loads(found.records[0]["meta"]) == {
        "amount": "12.50",
        "bytes": "/wA=",
        "date": "2024-02-29",
        "half": 1.5,
        "map": [["k", 1]],
        "nan": None,
        "span": "0 days 00:01:30.000000001",
        "time": "2023-11-14T22:13:20.123456789",
        "zone": "1970-01-01T09:00:00+09:00",
    }


def test_nulls_and_invalid_utf8_are_problems_of_their_rows(tmp_path: Path) -> None:
    offsets = pa.py_buffer(b"\0\0\0\0\1\0\0\0\3\0\0\0\4\0\0\0")
    bad = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"a\xff\xfeb")])
    table = pa.table({"text": ["一", None, "三"], "other": bad})
    found = read(Parquet(), written(tmp_path / "a.parquet", table, 3))
    assert found.texts == ["一", "三"]
    assert found.where() == [1, 2, 3]
    assert found.errors == [("row 2", "invalid_utf8")]
    nulls = read(Parquet(), written(tmp_path / "b.parquet", pa.table({"text": ["一", None]})))
    assert nulls.errors == [("row 2", "missing_text")]
    assert nulls.problems[0]["id"] == IDENTITY.of(b'{"text":null}', "row 2")


def test_a_date_past_year_9999_costs_its_row_only(tmp_path: Path) -> None:
    days = pa.array([0, 10_000_000, 1], pa.date32())
    path = written(tmp_path / "a.parquet", pa.table({"text": ["a", "b", "c"], "day": days}), 3)
    found = read(Parquet(), path)
    assert found.texts == ["a", "c"]
    assert found.errors == [("row 2", "invalid_value")]


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (
            {"body": ["x"], "n": [1]},
            "missing_text",
            "there is no column 'text'; there are: body, n; set 'text: body'",
        ),
        ({"text": [1]}, "wrong_type", "the column 'text' is of type int64, not string"),
    ],
)
def test_a_missing_text_column_is_one_problem(
    tmp_path: Path, table: dict[str, Any], error: str, message: str
) -> None:
    path = written(tmp_path / "a.parquet", pa.table(table))
    found = read(Parquet(), path)
    assert found.errors == [("file", error)]
    assert found.problems[0]["message"] == message
    assert found.problems[0]["raw_bytes"] == path.stat().st_size


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_a_corrupt_file_is_one_problem(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    assert read(Parquet(), path).errors == [("file", "corrupt_parquet")]


def test_a_corrupt_row_group_leaves_the_others(tmp_path: Path) -> None:
    table = pa.table({"text": [f"{n}:" + "本文" * 500 for n in range(6)]})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=2, compression="zstd", use_dictionary=False)
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    at = column.data_page_offset
    data[at : at + 16] = b"\xff" * 16
    path.write_bytes(data)
    found = read(Parquet(), path)
    assert [row["locator"] for row in found.records] == ["row 1", "row 2", "row 5", "row 6"]
    assert found.errors == [("row 3", "corrupt_parquet")]
    assert "rows 3 to 4" in found.problems[0]["message"]


def test_an_empty_table_has_no_rows(tmp_path: Path) -> None:
    table = pa.table({"text": pa.array([], pa.string())})
    path = written(tmp_path / "a.parquet", table)
    assert read(Parquet(), path).where() == []
    assert Parquet().slices(taken(path), 1)[0].weight == path.stat().st_size


def test_a_missing_file_is_an_oserror(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", pa.table({"text": ["a"]}))
    source = taken(path)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        list(Parquet().read(source, Slice(), IDENTITY))


def test_recognises() -> None:
    assert Parquet.recognises(b"PAR1....", "x") == 2
    assert Parquet.recognises(b"", "x.parquet") == 1
    assert Parquet.recognises(b"PA", "x.txt") == 0
