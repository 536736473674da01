"""Hits that overlap: what is to be masked is covered, whichever hit stays."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.privacy.hits import Hits
from corpuskit.privacy.kinds import KINDS
from corpuskit.privacy.overlaps import settled

MASKED = np.ones(len(KINDS), bool)
FLAGGED = MASKED.copy()
FLAGGED[3] = False


def spans(hits: Hits) -> list[tuple[int, int, int, int]]:
    columns = (hits.row, hits.kind, hits.start, hits.stop)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([(0, 1, 0, 4, 0, 90), (0, 2, 4, 8, 0, 90)], [(0, 1, 0, 4), (0, 2, 4, 8)]),
        ([(0, 1, 0, 6, 0, 90), (0, 2, 4, 8, 0, 80)], [(0, 1, 0, 8)]),
        ([(0, 1, 4, 8, 0, 90), (0, 2, 0, 6, 0, 80)], [(0, 1, 0, 8)]),
        ([(0, 1, 0, 9, 0, 80), (0, 2, 4, 8, 0, 90)], [(0, 2, 0, 9)]),
        # Two that a third one joins: no gap between them.
        (
            [(0, 1, 0, 4, 0, 90), (0, 2, 2, 10, 0, 70), (0, 1, 8, 12, 0, 90)],
            [(0, 1, 0, 8), (0, 1, 8, 12)],
        ),
        # A kind that is only counted gives way to one that is masked, however sure it is.
        ([(0, 3, 0, 9, 0, 100), (0, 2, 4, 8, 0, 75)], [(0, 2, 4, 8)]),
        ([(1, 1, 0, 6, 0, 90), (0, 2, 4, 8, 0, 80)], [(0, 2, 4, 8), (1, 1, 0, 6)]),
    ],
)
def test_by_hand(given: list[tuple[int, ...]], expected: list[tuple[int, ...]]) -> None:
    assert spans(settled(Hits.of(given), FLAGGED)) == expected  # type: ignore[arg-type]


PLACES = st.tuples(
    st.integers(0, 1), st.integers(0, 5), st.integers(0, 20), st.integers(1, 8), st.integers(50, 99)
)


@given(st.lists(PLACES, max_size=8))
@settings(max_examples=200, deadline=None)
def test_nothing_to_be_masked_is_given_up(places: list[tuple[int, int, int, int, int]]) -> None:
    given = Hits.of((row, kind, at, at + n, 0, sure) for row, kind, at, n, sure in places)
    found = spans(settled(given, FLAGGED))
    assert found == sorted(found, key=lambda span: (span[0], span[2]))
    for one, two in itertools.pairwise(found):
        assert one[0] != two[0] or one[3] <= two[2]
    covered = {(row, i) for row, kind, a, b in found if FLAGGED[kind] for i in range(a, b)}
    wanted = {(row, at + i) for row, kind, at, n, _ in places if FLAGGED[kind] for i in range(n)}
    assert wanted <= covered
