from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from corpuskit.output.shards import ROW_BYTES, LaneBatch, LaneBatches, Piece, plan_shards

LANES = ("train", "validation", "test", "rejected", "duplicates", "quarantine")


def parts_of(files: list[list[tuple[str, int, int]]]) -> list[LaneBatches]:
    return [
        LaneBatches(
            Path(f"part{f}.arrow"),
            tuple(LaneBatch(i, lane, n, size) for i, (lane, n, size) in enumerate(batches)),
        )
        for f, batches in enumerate(files)
    ]


def test_lanes_names_and_order() -> None:
    parts = parts_of(
        [
            [("train", 1, 800), ("test", 1, 800), ("train", 1, 800)],
            [("validation", 1, 800), ("train", 1, 800)],
        ]
    )
    plan = plan_shards(parts, 1500)
    assert [(s.path, s.lane) for s in plan] == [
        ("data/train-00000-of-00002.parquet", "train"),
        ("data/train-00001-of-00002.parquet", "train"),
        ("data/validation-00000-of-00001.parquet", "validation"),
        ("data/test-00000-of-00001.parquet", "test"),
    ]
    assert plan[0].pieces == (Piece(Path("part0.arrow"), (0,)),)
    assert plan[1].pieces == (Piece(Path("part0.arrow"), (2,)), Piece(Path("part1.arrow"), (1,)))


def test_neighbouring_batches_of_a_file_are_one_piece() -> None:
    plan = plan_shards(parts_of([[("train", 1, 10)] * 3, [("train", 1, 10)]]), 10**6)
    assert [s.pieces for s in plan] == [
        (Piece(Path("part0.arrow"), (0, 1, 2)), Piece(Path("part1.arrow"), (0,)))
    ]


def test_tables_lie_in_their_own_folder() -> None:
    plan = plan_shards(
        parts_of([[("rejected", 3, 10), ("quarantine", 2, 0), ("train", 1, 1)]]), 10**6
    )
    assert [s.path for s in plan] == [
        "data/train-00000-of-00001.parquet",
        "quarantine/quarantine-00000-of-00001.parquet",
        "rejected/rejected-00000-of-00001.parquet",
    ]


def test_nothing_and_empty_batches_make_no_shard() -> None:
    assert plan_shards([], 100) == []
    assert plan_shards(parts_of([[("train", 0, 0)]]), 100) == []


def test_rows_without_text_are_cut_too() -> None:
    plan = plan_shards(parts_of([[("quarantine", 100, 0)] * 10]), 500 * ROW_BYTES)
    assert [len(s.pieces[0].batches) for s in plan] == [5, 5]


def test_a_batch_larger_than_a_shard_stands_alone() -> None:
    parts = parts_of([[("train", 1, 10), ("train", 1, 10**6), ("train", 1, 10)]])
    plan = plan_shards(parts, 10**5)
    assert [s.path for s in plan] == [f"data/train-0000{i}-of-00003.parquet" for i in range(3)]


batches = st.tuples(st.sampled_from(LANES), st.integers(0, 50), st.integers(0, 10**5))


@given(st.lists(st.lists(batches, max_size=20), max_size=6), st.integers(1, 10**6))
def test_every_batch_goes_to_one_shard_in_order(
    files: list[list[tuple[str, int, int]]], target: int
) -> None:
    parts = parts_of(files)
    plan = plan_shards(parts, target)
    assert plan == plan_shards(parts, target)
    for lane in LANES:
        own = [s for s in plan if s.lane == lane]
        found = [(p.path, i) for s in own for p in s.pieces for i in p.batches]
        assert found == [
            (p.path, b.index) for p in parts for b in p.batches if b.lane == lane and b.rows
        ]
        assert [s.path.rpartition("-of-")[2] for s in own] == [f"{len(own):05d}.parquet"] * len(own)
        _sizes_are_near(parts, own, target)


def _sizes_are_near(parts: list[LaneBatches], own: list, target: int) -> None:  # type: ignore[type-arg]
    size = {(p.path, b.index): b.text_bytes + ROW_BYTES * b.rows for p in parts for b in p.batches}
    sizes = [sum(size[p.path, i] for p in s.pieces for i in p.batches) for s in own]
    if sizes:
        largest = max(size[p.path, i] for s in own for p in s.pieces for i in p.batches)
        wanted = max(1, round(sum(sizes) / target))
        assert max(sizes) <= sum(sizes) / wanted + largest
        assert len(sizes) <= wanted + 1
