"""rows_sha256: what counts, and what does not. The reference is written from the definition."""

from __future__ import annotations

import hashlib
import json
import random
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.output.digest import RowDigest, type_name

TEXTS = [
    "か\u3099がｶﾞ",
    "",
    None,
    "㈱①㎡ m² 10⁵ ½ 々ゝ ー〜～−",
    "𠮷😀",
    "\0",
    "長" * 5000,
    "仝〆",
    None,
    "東京｜とうきょう《ルビ》",
]
#: Computed by hand from the definition, without this code.
KNOWN = "6108e6689f29f302d1888c9aa1c3b156a8f905a7a54ea0b6f872f1015a511399"
TABLE = pa.table(
    {
        "text": pa.array(TEXTS, pa.string()),
        "n": pa.array([1, None, 3, -4, 2**40, 0, None, 7, 8, 9], pa.int64()),
        "f": pa.array([0.5, -0.0, None, 1e-6, 2.0, 3.0, 4.0, float("inf"), 6.0, 7.0]),
        "b": pa.array([True, False, None, True, True, False, True, None, False, True]),
        "l": pa.array([[1], [], None, [2, None], [3], [], [4, 5, 6], None, [7], [8]]),
        "s": pa.array([{"a": "x", "b": i} if i % 3 else None for i in range(10)]),
    }
)


def digest(table: pa.Table, sizes: list[int] | None = None) -> str:
    found = RowDigest(table.schema)
    start = 0
    for size in sizes or [table.num_rows]:
        for batch in table.slice(start, size).to_batches():
            found.update(batch)
        start += size
    return found.hexdigest()


def reference(table: pa.Table) -> str:
    lines = ["corpuskit rows 1", str(table.num_rows)]
    for field in table.schema:
        values = table.column(field.name).to_pylist()
        row = [field.name, type_name(field.type), streams(values, field.type)]
        lines.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    return sha("".join(line + "\n" for line in lines).encode())


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def streams(values: list[Any], kind: pa.DataType) -> list[str]:
    present = [v for v in values if v is not None]
    found = [sha(bytes(v is not None for v in values))]
    if pa.types.is_struct(kind):
        for field in kind:
            found += streams([v[field.name] for v in present], field.type)
    elif pa.types.is_list(kind):
        found.append(sha(b"".join(struct.pack("<q", len(v or [])) for v in values)))
        found += streams([item for v in present for item in v], kind.value_type)
    elif pa.types.is_string(kind):
        octets = [(v or "").encode() for v in values]
        found.append(sha(b"".join(struct.pack("<q", len(o)) for o in octets)))
        found.append(sha(b"".join(octets)))
    else:
        code = {"int64": "<q", "double": "<d", "bool": "<?"}[str(kind)]
        found.append(sha(b"".join(struct.pack(code, v) for v in present)))
    return found


def test_follows_its_definition() -> None:
    assert digest(TABLE) == reference(TABLE)


def test_known_value() -> None:
    """Written down, so that the definition can't drift with the code that tests it."""
    table = pa.table({"id": pa.array(["甲", None]), "n": pa.array([1, 2], pa.int32())})
    assert digest(table) == KNOWN


@pytest.mark.parametrize("seed", range(20))
def test_same_for_any_batching(seed: int) -> None:
    rng = random.Random(seed)
    sizes = []
    while sum(sizes) < TABLE.num_rows:
        sizes.append(rng.randint(0, 4))
    assert digest(TABLE, sizes) == digest(TABLE)


@pytest.mark.parametrize("column", TABLE.schema.names)
@pytest.mark.parametrize("row", range(10))
def test_changes_with_every_cell(column: str, row: int) -> None:
    values = TABLE.column(column).to_pylist()
    other = {"text": "別", "n": 99, "f": 99.5, "b": True, "l": [99], "s": {"a": "別", "b": 99}}
    values[row] = None if values[row] is True else other[column]
    kind = TABLE.schema.field(column).type
    at = TABLE.schema.get_field_index(column)
    changed = TABLE.set_column(at, column, pa.array(values, kind))
    assert digest(changed) != digest(TABLE)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["a", None], ["a", ""]),
        (["ab", "c"], ["a", "bc"]),
        (["", "a"], ["a", ""]),
        ([None, "a"], ["a", None]),
        ([], [None]),
        (["か\u3099"], ["が"]),
        (["a", "b"], ["b", "a"]),
    ],
)
def test_texts_that_differ(left: list[str | None], right: list[str | None]) -> None:
    one, two = (pa.table({"t": pa.array(v, pa.string())}) for v in (left, right))
    assert digest(one) != digest(two)


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ([0.0], [-0.0], pa.float64()),
        ([None], [0.0], pa.float64()),
        ([None], [False], pa.bool_()),
        ([[1], [2]], [[1, 2], []], pa.list_(pa.int64())),
        ([None], [[]], pa.list_(pa.int64())),
        ([{"a": None}], [None], pa.struct([("a", pa.int64())])),
    ],
)
def test_values_that_differ(left: list[Any], right: list[Any], kind: pa.DataType) -> None:
    one, two = (pa.table({"v": pa.array(v, kind)}) for v in (left, right))
    assert digest(one) != digest(two)


def test_names_types_and_order_of_columns_count() -> None:
    table = pa.table({"a": pa.array([1], pa.int64()), "b": pa.array([1], pa.int64())})
    others = [
        table.rename_columns(["a", "c"]),
        table.select(["b", "a"]),
        table.set_column(1, "b", pa.array([1], pa.uint64())),
    ]
    assert len({digest(table), *map(digest, others)}) == 4


def test_what_lies_under_a_null_does_not_count() -> None:
    values = pa.array([1, 2, 3], pa.int64())
    masked = pa.Array.from_buffers(
        pa.int64(), 3, [pa.py_buffer(bytes([0b101])), values.buffers()[1]]
    )
    offsets, data = pa.array(["a", "bb", "c"]).buffers()[1:]
    text = pa.Array.from_buffers(pa.string(), 3, [pa.py_buffer(bytes([0b101])), offsets, data])
    plain = pa.table({"n": pa.array([1, None, 3]), "t": pa.array(["a", None, "c"])})
    assert digest(pa.table({"n": masked, "t": text})) == digest(plain)


@pytest.mark.parametrize(
    "kind",
    [
        pa.large_string(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
        pa.string_view(),
    ],
)
def test_how_text_is_held_does_not_count(kind: pa.DataType) -> None:
    plain = pa.table({"t": TABLE.column("text")})
    held = pa.table({"t": pa.chunked_array([pa.array(TEXTS, pa.string()).cast(kind)])})
    assert digest(held, [3, 7]) == digest(plain)


def test_maps_are_lists_of_pairs() -> None:
    pairs = [[("a", 1), ("b", None)], None, []]
    mapped = pa.table({"m": pa.array(pairs, pa.map_(pa.string(), pa.int64()))})
    kind = pa.list_(pa.struct([("key", pa.string()), ("value", pa.int64())]))
    listed = [None if p is None else [{"key": k, "value": v} for k, v in p] for p in pairs]
    assert digest(mapped, [1, 2]) == digest(pa.table({"m": pa.array(listed, kind)}))


@pytest.mark.parametrize(
    "options", [{"compression": "gzip"}, {"version": "1.0"}, {"row_group_size": 3}]
)
def test_same_after_any_parquet_writer(tmp_path: Path, options: dict[str, Any]) -> None:
    pq.write_table(TABLE, tmp_path / "t.parquet", **options)
    assert digest(pq.read_table(tmp_path / "t.parquet")) == digest(TABLE)


def test_refuses_other_columns() -> None:
    found = RowDigest(pa.schema([("a", pa.int64())]))
    with pytest.raises(ValueError, match="columns differ"):
        found.update(pa.RecordBatch.from_pydict({"b": pa.array([1])}))


def test_type_names() -> None:
    kinds = {
        pa.large_string(): "string",
        pa.dictionary(pa.int32(), pa.string()): "string",
        pa.float64(): "double",
        pa.list_(pa.field("element", pa.int32())): "list<int32>",
        pa.large_list(pa.int32()): "list<int32>",
        pa.struct([("a", pa.large_binary())]): "struct<a:binary>",
        pa.map_(pa.string(), pa.bool_()): "list<struct<key:string,value:bool>>",
    }
    assert [type_name(kind) for kind in kinds] == list(kinds.values())
