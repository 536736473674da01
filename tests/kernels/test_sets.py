import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels import sets, shingles
from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.compiler import kernel

from .traps import TEXTS

LONG = "".join(chr(0x4E00 + i * i % 5000) for i in range(2 * shingles.BLOCK + 9))
SAMPLES = (*TEXTS, LONG, "あ" * 10_000, "アイ" * 5_000)


@kernel("int64(uint64[::1], int64, int64, int64, int64, int64)")
def at_least(values, start1, stop1, start2, stop2, needed):  # type: ignore[no-untyped-def]
    return sets.intersection_at_least(values, start1, stop1, start2, stop2, needed)


def laid_out(documents: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    values = np.array([value for each in documents for value in sorted(each)], np.uint64)
    return values, np.cumsum([0, *map(len, documents)]).astype(np.int64)


@pytest.mark.parametrize("n", [1, 5])
def test_sets_are_the_sorted_distinct_hashes(n: int) -> None:
    array = pa.array(SAMPLES)[1:]
    data, offsets = shingles.view(array)
    values, bounds = sets.shingle_sets(data, offsets, n)
    assert len(bounds) == len(SAMPLES)
    stored, same = sets.shingle_sets(*text_buffers(array), n)
    assert np.array_equal(stored, values) and np.array_equal(same, bounds)
    for i, text in enumerate(SAMPLES[1:]):
        expected = sorted(set(shingles.shingle_hashes(text, n).tolist()))
        assert values[bounds[i] : bounds[i + 1]].tolist() == expected


def test_sets_of_no_texts() -> None:
    values, bounds = sets.shingle_sets(*shingles.view(pa.array([], pa.string())), 5)
    assert (values.tolist(), bounds.tolist()) == ([], [0])


def test_the_hash_zero_is_a_hash() -> None:
    zero = next(iter([0]))
    hashes = np.array([7, zero, 2**64 - 1, zero, 7, 1], np.uint64)
    out, table = np.zeros(6, np.uint64), np.empty(16, np.uint64)
    stop = distinct(hashes, 6, table, out, 0)
    assert out[:stop].tolist() == [0, 1, 7, 2**64 - 1]


@kernel("int64(uint64[::1], int64, uint64[::1], uint64[::1], int64)")
def distinct(hashes, count, table, values, start):  # type: ignore[no-untyped-def]
    return sets._distinct(hashes, count, table, values, start)


@given(st.lists(st.integers(2**64 - 40, 2**64 - 1), min_size=1, max_size=60))
def test_crowded_hashes_wrap_around_the_table(hashes: list[int]) -> None:
    out, table = np.zeros(60, np.uint64), np.empty(128, np.uint64)
    stop = distinct(np.array(hashes, np.uint64), len(hashes), table, out, 0)
    assert out[:stop].tolist() == sorted(set(hashes))


small = st.sets(st.integers(0, 30), max_size=20)


@given(small, small, st.integers(0, 25))
def test_intersections_and_their_early_exit(one: set[int], two: set[int], least: int) -> None:
    values, bounds = laid_out([one, two])
    common = len(one & two)
    expected = common if common >= least else -1
    assert at_least(values, bounds[0], bounds[1], bounds[1], bounds[2], least) == expected
    out = np.zeros(2, np.int64)
    sets.compare_pairs(values, bounds, np.array([0, 1]), np.array([1, 1]), out)
    assert out.tolist() == [common, len(two)]


def test_a_large_text_is_sorted_in_place() -> None:
    values = np.array([9, 9, 5, 1, 5, 0, 7, 1, 8], np.uint64)
    stop = sorted_distinct(values, 2, 8)
    assert values[2:stop].tolist() == [0, 1, 5, 7]
    assert (values[:2].tolist(), values[8]) == ([9, 9], 8)
    text = "".join(map(chr, range(0x4E00, 0x9000))) * (sets.LARGE // (3 * 0x4200) + 2)
    assert len(text.encode()) > sets.LARGE
    found, bounds = sets.shingle_sets(*shingles.view(pa.array([LONG, text, LONG])), 5)
    small, _ = sets.shingle_sets(*shingles.view(pa.array([LONG])), 5)
    assert found[: bounds[1]].tolist() == found[bounds[2] :].tolist() == small.tolist()
    expected = np.unique(shingles.shingle_hashes(text, 5))
    assert found[bounds[1] : bounds[2]].tolist() == expected.tolist()


@kernel("int64(uint64[::1], int64, int64)")
def sorted_distinct(values, start, stop):  # type: ignore[no-untyped-def]
    return sets._sorted_distinct(values, start, stop)
