import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.kernels import resolve as resolving
from corpuskit.kernels.compiler import kernel
from corpuskit.kernels.resolve import CONTAINMENT, JACCARD

from .test_sets import laid_out


@kernel("int64(int64, int64, float64, int64)")
def needed(size1, size2, bound, measure):  # type: ignore[no-untyped-def]
    return resolving.needed_for(size1, size2, bound, measure)


@pytest.mark.parametrize("bound", [0.01, 0.3, 1 / 3, 0.5, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0])
def test_the_needed_intersection_is_the_least_that_passes(bound: float) -> None:
    for one, two in itertools.product(range(1, 60), repeat=2):
        for measure in (JACCARD, CONTAINMENT):
            least = min(one, two)
            whole = {i: least if measure == CONTAINMENT else one + two - i for i in range(1, 61)}
            passing = [i for i in range(1, least + 1) if i / whole[i] >= bound]
            found = needed(one, two, bound, measure)
            assert found == passing[0] if passing else found > least


def resolve(
    documents: list[set[int]],
    clusters: list[int],
    bound: float,
    guards: list[list[int]],
    measure: int = JACCARD,
    fixed: list[int] | None = None,
) -> list[list[int]]:
    guard_data = np.array([value for each in guards for value in each], np.uint64)
    guard_bounds = np.cumsum([0, *map(len, guards)]).astype(np.int64)
    out = [np.full(len(documents), 99, np.int64) for _ in range(4)]
    values, bounds = laid_out(documents)
    ends = np.array(clusters, np.int64)
    unseen = np.array(fixed or [0] * (len(clusters) - 1), np.int64)
    resolving.resolve_clusters(
        values, bounds, ends, unseen, bound, measure, guard_data, guard_bounds, *out
    )
    return [column.tolist() for column in out]


def resolve_reference(
    documents: list[set[int]],
    clusters: list[int],
    bound: float,
    guards: list[list[int]],
    measure: int = JACCARD,
    fixed: list[int] | None = None,
) -> list[list[int]]:
    rows = []
    for c, (first, last) in enumerate(itertools.pairwise(clusters)):
        keepers: list[int] = []
        unseen = fixed[c] if fixed else 0
        for d in range(first, last):
            row = [-1, 0, -1, 0]
            for other in keepers if d - first >= unseen else []:
                common = len(documents[d] & documents[other])
                union = len(documents[d] | documents[other])
                smaller = min(len(documents[d]), len(documents[other]))
                whole = smaller if measure == CONTAINMENT else union
                if common == 0 or common / whole < bound:
                    continue
                if guards[d] == guards[other]:
                    row[:2] = other, common
                    break
                if row[2] < 0:
                    row[2:] = other, common
            if row[0] < 0:
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
    fixed = [chance.choice([0, 0, 1, 3]) for _ in clusters[1:]]
    for bound, measure in itertools.product((0.05, 0.5, 0.8, 0.9, 1.0), (JACCARD, CONTAINMENT)):
        given = (documents, clusters, bound, guards, measure, fixed)
        assert resolve(*given) == resolve_reference(*given)


def alike(
    documents: list[set[int]], clusters: list[int], bound: float, measure: int = JACCARD
) -> list[bool]:
    out = np.ones(len(documents), np.bool_)
    ends = np.array(clusters, np.int64)
    resolving.find_alike(*laid_out(documents), ends, bound, measure, out)
    return out.tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_reaches_the_bound_with_another_is_asked_for(seed: int) -> None:
    chance = random.Random(seed)
    documents = family(chance, chance.choice([2, 5, 40]), chance.choice([3, 40, 120]))
    clusters = [0, len(documents) // 3, len(documents)]
    for bound, measure in itertools.product((0.05, 0.5, 0.8, 1.0), (JACCARD, CONTAINMENT)):
        found = alike(documents, clusters, bound, measure)
        for first, last in itertools.pairwise(clusters):
            for one, two in itertools.combinations(range(first, last), 2):
                common = len(documents[one] & documents[two])
                sizes = len(documents[one]), len(documents[two])
                whole = min(sizes) if measure == CONTAINMENT else sum(sizes) - common
                if common and common / whole >= bound:
                    assert found[one] and found[two]


def test_strangers_of_a_cluster_are_not_asked_for() -> None:
    chance = random.Random(7)
    strangers = [{chance.getrandbits(64) for _ in range(200)} for _ in range(5)]
    twin = strangers[3] | {1}
    documents = [*strangers, twin]
    assert alike(documents, [0, 6], 0.8) == [False, False, False, True, False, True]
    assert alike(documents, [0, 5, 6], 0.8) == [False] * 6


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
