"""Recall and precision by kind, from hits as kinds and characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from corpuskit.privacy.detectors import detect
from tests.privacy.generator import Sentence

Span = tuple[str, int, int]


@dataclass
class Score:
    """True, missed and false hits by kind; a hit is right if kind and place are exactly right."""

    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str, list[Span], list[Span]]] = field(default_factory=list)

    def add(self, sentence: Sentence, found: Iterable[Span]) -> None:
        want, got = set(sentence.hits), set(found)
        self.right.update(kind for kind, _, _ in want & got)
        self.missed.update(kind for kind, _, _ in want - got)
        self.false.update(kind for kind, _, _ in got - want)
        if want != got:
            kind = min(want ^ got)[0]
            self.errors.append((kind, sentence.text, sorted(want - got), sorted(got - want)))

    def recall(self, kind: str) -> float:
        return self.right[kind] / max(1, self.right[kind] + self.missed[kind])

    def precision(self, kind: str) -> float:
        return self.right[kind] / max(1, self.right[kind] + self.false[kind])


def score(sentences: list[Sentence]) -> Score:
    """What `detect` finds in the sentences, all in one batch."""
    hits = detect(pa.array([s.text for s in sentences], pa.string()))
    found: list[list[Span]] = [[] for _ in sentences]
    for row, kind, start, stop in zip(hits.row, hits.names(), hits.start, hits.stop, strict=True):
        data = sentences[row].text.encode()
        first = len(data[:start].decode())
        found[row].append((kind, first, first + len(data[start:stop].decode())))
    result = Score()
    for sentence, spans in zip(sentences, found, strict=True):
        result.add(sentence, spans)
    return result
