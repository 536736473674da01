"""Places that were found, beside the gold ones."""

from __future__ import annotations

from collections.abc import Sequence

from corpuskit.privacy.joined import Joined, Spans
from tests.privacy.generator_names import Sentence


def places(joined: Joined, spans: Spans) -> list[set[tuple[int, int]]]:
    """Places in characters of each text."""
    rows: list[set[tuple[int, int]]] = [set() for _ in range(len(joined.firsts) - 1)]
    first = joined.characters_of(joined.firsts[:-1]).tolist()
    starts, stops = (joined.characters_of(p).tolist() for p in (spans.starts, spans.stops))
    for row, start, stop in zip(joined.rows_of(spans.starts).tolist(), starts, stops, strict=True):
        rows[row].add((start - first[row], stop - first[row]))
    return rows


def measured(
    sentences: Sequence[Sentence], found: Sequence[set[tuple[int, int]]]
) -> tuple[float, float]:
    """Precision and recall; a place counts if both its ends are right."""
    gold = [set(sentence.gold) for sentence in sentences]
    right = sum(len(g & f) for g, f in zip(gold, found, strict=True))
    return right / sum(map(len, found)), right / sum(map(len, gold))
