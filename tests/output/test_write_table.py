"""Step files to Parquet: nothing changes but the order asked for, and batches leave no trace."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from corpuskit.errors import StageError
from corpuskit.ledger import HashingFile
from corpuskit.output import parquet
from corpuskit.output.digest import RowDigest
from corpuskit.output.parquet import ShardInfo, write_table
from corpuskit.output.shards import Piece

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("meta", pa.string()),
        pa.field("morphemes", pa.int64()),
        pa.field("score", pa.float64()),
    ]
)
TEXTS = ["か\u3099ｶﾞ", "", "m² 10⁵ ① ㈱ 〜", "𠮷😀\0", "長い" * 200, "\n\n", "x", "ー～−々ゝ"]


def rows(n: int) -> pa.Table:
    ids = [hashlib.md5(str(i).encode()).hexdigest() for i in range(n)]
    return pa.table(
        {
            "id": pa.array(ids),
            "text": pa.array([TEXTS[i % len(TEXTS)] * (i % 3 + 1) for i in range(n)]),
            "source": pa.array([("本", "法令")[i % 2] for i in range(n)]),
            "meta": pa.array([None if i % 5 == 0 else f'{{"番号":{i}}}' for i in range(n)]),
            "morphemes": pa.array([None if i % 7 == 0 else i for i in range(n)], pa.int64()),
            "score": pa.array([i / 8 for i in range(n)]),
        },
        schema=SCHEMA,
    )


def ipc(path: Path, table: pa.Table, size: int) -> Piece:
    batches = table.to_batches(max_chunksize=size)
    with pa.ipc.new_file(str(path), table.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return Piece(path, tuple(range(len(batches))))


def write(
    tmp_path: Path, table: pa.Table, size: int = 10, **options: Any
) -> tuple[Path, ShardInfo]:
    out = tmp_path / f"out-{size}.parquet"
    schema = options.pop("schema", SCHEMA)
    piece = ipc(tmp_path / f"in-{size}.arrow", table, size)
    return out, write_table([piece], schema, out, **options)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    table = rows(100)
    out, _ = write(tmp_path, table)
    assert pq.read_table(out).equals(table)


def test_info_is_what_is_in_the_file(tmp_path: Path) -> None:
    table = rows(50)
    out, info = write(tmp_path, table)
    texts = table.column("text").to_pylist()
    digest = RowDigest(SCHEMA)
    for batch in table.to_batches():
        digest.update(batch)
    assert info == ShardInfo(
        rows=50,
        bytes=out.stat().st_size,
        sha256=hashlib.sha256(out.read_bytes()).hexdigest(),
        rows_sha256=digest.hexdigest(),
        characters=sum(map(len, texts)),
        morphemes=sum(v or 0 for v in table.column("morphemes").to_pylist()),
        text_bytes=sum(len(t.encode()) for t in texts),
    )


@pytest.mark.parametrize(("most_rows", "most_bytes"), [(37, 10**9), (10**9, 9000), (37, 9000)])
def test_bytes_do_not_depend_on_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_rows: int, most_bytes: int
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", most_rows)
    monkeypatch.setattr(parquet, "GROUP_BYTES", most_bytes)
    table = rows(300)
    infos = {size: write(tmp_path, table, size)[1] for size in (1, 7, 64, 300)}
    assert len(set(infos.values())) == 1


def test_row_groups_end_at_rows_or_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 4)
    monkeypatch.setattr(parquet, "GROUP_BYTES", 100)
    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    lengths = [1, 1, 1, 1, 1, 99, 1, 250, 1]
    table = pa.table({"id": [""] * 9, "text": ["a" * n for n in lengths]}, schema=schema)
    out, _ = write(tmp_path, table, 5, schema=schema)
    metadata = pq.read_metadata(out)
    groups = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert groups == [4, 2, 2, 1]


def test_encoding(tmp_path: Path) -> None:
    out, _ = write(tmp_path, rows(50))
    metadata = pq.read_metadata(out)
    assert metadata.format_version == "2.6"
    group = metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(len(SCHEMA))}
    assert {c.compression for c in columns.values()} == {"ZSTD"}
    with_dictionary = {n for n, c in columns.items() if c.has_dictionary_page}
    without_statistics = {n for n, c in columns.items() if not c.is_stats_set}
    assert (with_dictionary, without_statistics) == ({"source"}, {"text", "meta"})


def test_missing_columns_are_null_and_others_are_left_out(tmp_path: Path) -> None:
    table = rows(5).select(["score", "text", "id"]).append_column("_own", pa.array(range(5)))
    out, info = write(tmp_path, table)
    found = pq.read_table(out)
    assert found.schema.names == SCHEMA.names
    assert found.column("source").null_count == found.column("morphemes").null_count == 5
    assert found.column("score").to_pylist() == table.column("score").to_pylist()
    assert info.morphemes == 0


def test_a_column_that_must_not_be_null(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="'text' is missing"):
        write(tmp_path, rows(5).drop_columns(["text"]))
    empty = pa.table({"id": ["a"], "text": pa.array([None], pa.string())})
    with pytest.raises(StageError, match="'text' has nulls"):
        write(tmp_path, empty, 1)


def test_a_column_of_another_type(tmp_path: Path) -> None:
    table = rows(3).set_column(5, "score", pa.array(["1", "2", "高い"]))
    with pytest.raises(StageError, match="'score' is string in a step file, not double"):
        write(tmp_path, table)


def test_characters_come_from_the_stage_that_counted_them(tmp_path: Path) -> None:
    schema = SCHEMA.append(pa.field("characters", pa.int64()))
    table = rows(3).append_column("characters", pa.array([None, 10, 30], pa.int64()))
    _, info = write(tmp_path, table, schema=schema)
    assert info.characters == len(TEXTS[0]) + 40


def test_no_text_no_morphemes(tmp_path: Path) -> None:
    schema = pa.schema([("id", pa.string()), ("error", pa.string())])
    table = pa.table({"id": ["a"], "error": ["UnicodeError"]}, schema=schema)
    _, info = write(tmp_path, table, schema=schema)
    assert (info.rows, info.characters, info.morphemes, info.text_bytes) == (1, 0, None, 0)


def test_nothing_is_a_table_too(tmp_path: Path) -> None:
    info = write_table([], SCHEMA, tmp_path / "empty.parquet")
    assert info.rows == 0
    assert pq.read_table(tmp_path / "empty.parquet").schema.equals(SCHEMA)


def test_only_the_batches_named_are_written(tmp_path: Path) -> None:
    table = rows(40)
    piece = ipc(tmp_path / "in.arrow", table, 10)
    picked = [Piece(piece.path, (3,)), Piece(piece.path, (0, 2))]
    write_table(picked, SCHEMA, tmp_path / "out.parquet")
    expected = pa.concat_tables([table.slice(30, 10), table.slice(0, 10), table.slice(20, 10)])
    assert pq.read_table(tmp_path / "out.parquet").equals(expected)


def test_order_by_seed_is_a_function_of_ids(tmp_path: Path) -> None:
    table = rows(200)
    reverse = table.take(list(range(199, -1, -1)))
    out, info = write(tmp_path, table, 10, order_seed=7)
    assert write(tmp_path, reverse, 33, order_seed=7)[1] == info
    assert write(tmp_path, table, 11, order_seed=8)[1] != info
    ids = pq.read_table(out).column("id").to_pylist()
    assert ids != table.column("id").to_pylist()
    assert sorted(ids) == sorted(table.column("id").to_pylist())
    assert pq.read_table(out).sort_by("score").equals(table)


@pytest.mark.parametrize("seed", [-1, 0, 2**64, 2**70])
def test_any_seed_and_nothing_to_order(tmp_path: Path, seed: int) -> None:
    assert write(tmp_path, rows(5), order_seed=seed)[1].rows == 5
    assert write_table([], SCHEMA, tmp_path / "e.parquet", order_seed=1).rows == 0


def test_writes_to_an_open_sink(tmp_path: Path) -> None:
    piece = ipc(tmp_path / "in.arrow", rows(20), 10)
    with (tmp_path / "sink.parquet").open("wb") as stream:
        sink = HashingFile(stream)
        info = write_table([piece], SCHEMA, sink)
        assert not stream.closed
    assert info == write_table([piece], SCHEMA, tmp_path / "path.parquet")
    assert (sink.length, sink.sha256.hexdigest()) == (info.bytes, info.sha256)
    assert (tmp_path / "sink.parquet").read_bytes() == (tmp_path / "path.parquet").read_bytes()


def test_schema_metadata_leaves_no_trace(tmp_path: Path) -> None:
    table = rows(5)
    named = SCHEMA.with_metadata({"made on": "another machine"})
    one = write(tmp_path, table, 5)[1]
    assert write(tmp_path, table, 6, schema=named)[1] == one
