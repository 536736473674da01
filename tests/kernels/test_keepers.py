import random

import numpy as np
import pytest

from corpuskit.kernels import keepers
from corpuskit.kernels.resolve import CONTAINMENT, JACCARD

from .test_resolve import family, resolve_reference
from .test_sets import laid_out

BANDS = 4


def fmix64(word: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        word = (word ^ word >> 33) * factor % 2**64
    return word ^ word >> 33


def banded(documents: list[set[int]], bands: int = BANDS) -> np.ndarray:
    """Keys as minima of a few permutations would give them."""
    keys = np.zeros((len(documents), bands), np.uint64)
    for d, each in enumerate(documents):
        for band in range(bands):
            least = min(
                ((value * (2 * band + 3) * 0x9E3779B97F4A7C15) % 2**64 for value in each), default=0
            )
            keys[d, band] = fmix64(least ^ (band + 1))
    return keys


def resolve(
    documents: list[set[int]],
    bound: float,
    guards: list[int],
    measure: int = JACCARD,
    fixed: int = 0,
    slots: int = 500,
    pool: int = 100_000,
    exact: int = 1000,
    slices: int = 7,
) -> tuple[list[list[int]], np.ndarray, np.ndarray]:
    """Outcome in columns, bands that hit, state."""
    state = np.array([0, -1, 0, 0, 0, 0, 0], np.int64)
    held = [
        np.empty(pool, np.uint64),
        np.full((slots, 4), -1, np.int64),
        np.empty((slots, 8), np.uint64),
        np.empty(slots, np.uint64),
        np.empty((slots, BANDS), np.uint64),
        np.empty((slots, BANDS), np.int64),
        np.full(8 * slots, -1, np.int64),
        np.full(8 * slots, -1, np.int64),
        state,
    ]
    keys = banded(documents)
    out = np.full((len(documents), 4), 99, np.int64)
    hits = np.zeros((len(documents), BANDS), np.uint8)
    for start in range(0, len(documents), slices):
        piece = slice(start, start + slices)
        values, bounds = laid_out(documents[piece])
        hashes = np.array(guards[piece], np.uint64)
        keepers.resolve_slice(
            values, bounds, hashes, keys[piece], start, fixed, bound, measure, exact, *held,
            out[piece], hits[piece],
        )  # fmt: skip
    return [column.tolist() for column in out.T], hits, state


@pytest.mark.parametrize("seed", range(20))
def test_slices_are_resolved_as_whole_clusters(seed: int) -> None:
    chance = random.Random(seed)
    documents = [each for _ in range(4) for each in family(chance, 12, chance.choice([3, 40, 90]))]
    chance.shuffle(documents)
    guards = [chance.choice([0, 0, 1, 2]) for _ in documents]
    fixed = chance.choice([0, 3])
    for bound in (0.3, 0.8, 1.0):
        for measure in (JACCARD, CONTAINMENT):
            found, hits, state = resolve(documents, bound, guards, measure, fixed)
            lists = [[guard] for guard in guards]
            ends = [0, len(documents)]
            expected = resolve_reference(documents, ends, bound, lists, measure, [fixed])
            assert found == expected
            assert state[keepers.UNMEASURED] == 0
            keys = banded(documents)
            for d, kept in enumerate(found[0]):
                shared = keys[d] == keys[kept] if kept >= 0 else np.zeros(BANDS, bool)
                assert hits[d].astype(bool).tolist() == shared.tolist()


def pairs(seed: int, count: int) -> list[set[int]]:
    """Sets that resemble only their twin, which comes right after all first ones."""
    chance = random.Random(seed)
    first = [{chance.getrandbits(64) for _ in range(30)} for _ in range(count)]
    return first + [set(list(each)[1:]) for each in first]


def test_beyond_the_exact_bound_a_key_in_common_finds() -> None:
    documents = pairs(1, 150)
    keys = banded(documents)
    found, _, state = resolve(documents, 0.8, [0] * 300, exact=10)
    shared = [(keys[i] == keys[150 + i]).any() for i in range(150)]
    assert sum(shared) > 140
    assert [kept >= 0 for kept in found[0][150:]] == [
        hit or i < keepers.FIRST for i, hit in enumerate(shared)
    ]
    assert all(kept in (-1, i) for i, kept in enumerate(found[0][150:]))
    assert state[keepers.UNMEASURED] == 0


def test_the_first_and_the_latest_are_held() -> None:
    first = pairs(2, 150)
    documents = first[:150] + first[:149:-1]  # the twins in reverse
    for slots, pool in ((100, 100_000), (400, 100 * 30)):
        found, _, state = resolve(documents, 0.8, [0] * 300, slots=slots, pool=pool, exact=200)
        assert state[keepers.PROTECTED] == 50
        gone = sorted(kept for kept in found[0][150:] if kept >= 0)
        assert gone == [*range(50), *range(100, 150)]
        assert state[keepers.UNMEASURED] > 40


@pytest.mark.parametrize("pool", [64, 130, 500])
def test_a_pool_of_any_size_removes_only_what_resembles(pool: int) -> None:
    chance = random.Random(pool)
    documents = [each for _ in range(30) for each in family(chance, 8, chance.choice([5, 20, 60]))]
    guards = [chance.choice([0, 1]) for _ in documents]
    for exact in (1, 1000):
        found, _, state = resolve(documents, 0.7, guards, slots=9, pool=pool, exact=exact)
        removed = 0
        for d, (kept, common) in enumerate(zip(found[0], found[1], strict=True)):
            if kept >= 0:
                assert kept < d and found[0][kept] < 0 and guards[kept] == guards[d]
                assert common == len(documents[d] & documents[kept])
                assert common / len(documents[d] | documents[kept]) >= 0.7
                removed += 1
        assert removed > 20
        assert state[keepers.HELD] + state[keepers.UNHELD] == sum(
            kept < 0 and bool(documents[d]) for d, kept in enumerate(found[0])
        )


def test_a_bucket_has_a_bound() -> None:
    """All share a key with all, none resembles: each is compared with `CHAIN` of them."""
    chance = random.Random(3)
    documents = [{0} | {chance.getrandbits(64) | 1 for _ in range(20)} for _ in range(400)]
    found, _, state = resolve(documents, 0.8, [0] * 400, exact=4)
    assert set(found[0]) == {-1}
    assert 0 < state[keepers.UNMEASURED] <= 400 - keepers.CHAIN


def test_templates_are_found_without_their_guard() -> None:
    documents = pairs(4, 150)
    found, _, _ = resolve(documents, 0.8, [0] * 150 + list(range(1, 151)), exact=10)
    keys = banded(documents)
    for i, (kept, template) in enumerate(zip(found[0][150:], found[2][150:], strict=True)):
        near = i < keepers.FIRST or (keys[i] == keys[150 + i]).any()
        assert (kept, template) == (-1, i if near else -1)
