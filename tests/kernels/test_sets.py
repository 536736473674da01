import itertools
import random
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.kernels import sets, shingles
from corpuskit.kernels.compiler import kernel

from .traps import TEXTS

LONG = "".join(chr(0x4E00 + i * i % 5000) for i in range(2 * shingles.BLOCK + 9))
SAMPLES = (*TEXTS, LONG, "あ" * 10_000, "アイ" * 5_000)


@kernel("int64(uint64[::1], int64, int64, int64, int64, int64)")
def at_least(values, start1, stop1, start2, stop2, needed):  # type: ignore[no-untyped-def]
    return sets.intersection_at_least(values, start1, stop1, start2, stop2, needed)


@kernel("int64(int64, float64)")
def needed(sizes, bound):  # type: ignore[no-untyped-def]
    return sets.needed_for(sizes, bound)


def laid_out(documents: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    values = np.array([value for each in documents for value in sorted(each)], np.uint64)
    return values, np.cumsum([0, *map(len, documents)]).astype(np.int64)


@pytest.mark.parametrize("n", [1, 5])
def test_sets_are_the_sorted_distinct_hashes(n: int) -> None:
    data, offsets = shingles.view(pa.array(SAMPLES)[1:])
    values, bounds = sets.shingle_sets(data, offsets, n)
    assert len(bounds) == len(SAMPLES)
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


@pytest.mark.parametrize("bound", [0.01, 0.3, 1 / 3, 0.5, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0])
def test_the_needed_intersection_is_the_least_that_passes(bound: float) -> None:
    for sizes in range(2, 400):
        passing = [i for i in range(1, sizes) if i / (sizes - i) >= bound]
        least = needed(sizes, bound)
        assert least == passing[0]


def resolve(
    documents: list[set[int]], clusters: list[int], bound: float, guards: list[list[int]]
) -> list[list[int]]:
    guard_data = np.array([value for each in guards for value in each], np.uint64)
    guard_bounds = np.cumsum([0, *map(len, guards)]).astype(np.int64)
    out = [np.full(len(documents), 99, np.int64) for _ in range(4)]
    values, bounds = laid_out(documents)
    ends = np.array(clusters, np.int64)
    sets.resolve_clusters(values, bounds, ends, bound, guard_data, guard_bounds, *out)
    return [column.tolist() for column in out]


def resolve_reference(
    documents: list[set[int]], clusters: list[int], bound: float, guards: list[list[int]]
) -> list[list[int]]:
    rows = []
    for first, last in itertools.pairwise(clusters):
        keepers: list[int] = []
        for d in range(first, last):
            row = [-1, 0, -1, 0]
            for other in keepers:
                common = len(documents[d] & documents[other])
                union = len(documents[d] | documents[other])
                if common == 0 or common / union < bound:
                    continue
                if guards[d] == guards[other]:
                    row[:2] = other, common
                    break
                if row[2] < 0:
                    row[2:] = other, common
            else:
                keepers.append(d)
            rows.append(row)
    return [list(column) for column in zip(*rows, strict=True)]


def family(chance: random.Random, members: int, size: int) -> list[set[int]]:
    pool = [chance.getrandbits(64) for _ in range(size + 10)]
    found = []
    for _ in range(members):
        keep = chance.choice([1.0, 0.97, 0.9, 0.7])
        each = {value for value in pool[:size] if chance.random() < keep}
        each |= set(chance.sample(pool, chance.randint(0, 4)))
        found.append(each | {chance.getrandbits(64) for _ in range(chance.choice([0, 0, 1, 3]))})
    return found


@pytest.mark.parametrize("seed", range(30))
def test_clusters_are_resolved_in_order(seed: int) -> None:
    chance = random.Random(seed)
    documents: list[set[int]] = []
    clusters = [0]
    for _ in range(chance.randint(1, 4)):
        members, size = chance.choice([1, 2, 5, 40]), chance.choice([0, 3, 40, 120])
        documents += family(chance, members, size)
        clusters.append(len(documents))
    guards = [chance.choice([[], [], [1], [1, 2]]) for _ in documents]
    for bound in (0.05, 0.5, 0.8, 0.9, 1.0):
        expected = resolve_reference(documents, clusters, bound, guards)
        assert resolve(documents, clusters, bound, guards) == expected


@settings(max_examples=60)
@given(st.lists(st.sets(st.integers(0, 6), max_size=6), min_size=1, max_size=12), st.data())
def test_small_clusters(documents: list[set[int]], data: st.DataObject) -> None:
    guards = data.draw(st.lists(st.sampled_from([[], [3], [3, 4]]), min_size=12, max_size=12))
    bound = data.draw(st.sampled_from([0.2, 0.5, 2 / 3, 0.8, 1.0]))
    clusters = [0, len(documents) // 2, len(documents)]
    expected = resolve_reference(documents, clusters, bound, guards)
    assert resolve(documents, clusters, bound, guards) == expected


def test_a_pair_on_the_bound_passes_and_one_below_does_not() -> None:
    nine, ten = set(range(9)), set(range(10))
    assert Fraction(9, 10) == Fraction("0.9")
    assert resolve([ten, nine], [0, 2], 0.9, [[], []])[0] == [-1, 0]
    assert resolve([ten, set(range(8))], [0, 2], 0.9, [[], []])[0] == [-1, -1]


def test_a_chain_is_cut_where_similarity_to_the_kept_one_ends() -> None:
    chain = [set(range(i, i + 10)) for i in range(6)]  # neighbours: 9 / 11
    kept, inter, _, _ = resolve(chain, [0, 6], 0.8, [[]] * 6)
    assert kept == [-1, 0, -1, 2, -1, 4]
    assert inter == [0, 9, 0, 9, 0, 9]


def test_a_guard_protects_and_the_template_is_named() -> None:
    one, other = [100], [200]
    form = set(range(50))
    found = resolve([form, form, form, form], [0, 4], 0.9, [one, other, other, one])
    assert found == [[-1, -1, 1, 0], [0, 0, 50, 50], [-1, 0, 0, -1], [0, 50, 50, 0]]
