"""Two recipes beside each other: what each keeps of the same documents, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from corpuskit.recipes.judge import Judge, Reason, characters

HEAD_CHARACTERS = 60


@dataclass(frozen=True)
class Example:
    """A document that only one of the two keeps.

    Attributes:
        id: its id.
        place: source, path and place in the file.
        kept_by: name of the recipe that keeps it.
        reason: why the other one doesn't.
        value: the signal's value, where it is a number.
        head: how its text begins.
    """

    id: str
    place: str
    kept_by: str
    reason: str
    value: float | None
    head: str


@dataclass
class Side:
    """What one of the two does.

    Attributes:
        name: of the recipe or profile.
        documents: documents kept.
        characters: characters of those.
        reasons: documents by the first rule they broke.
        sources: documents kept by source.
        omitted: parts that were left out, and why.
        skipped: stages that were not applied.
    """

    name: str
    documents: int = 0
    characters: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    omitted: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def sorted_reasons(self) -> list[tuple[str, int]]:
        """Reasons, most first."""
        return sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))

    def as_json(self) -> dict[str, Any]:
        """One side as data."""
        return {
            "name": self.name,
            "documents": self.documents,
            "characters": self.characters,
            "reasons": dict(self.sorted_reasons()),
            "sources": dict(sorted(self.sources.items())),
            "omitted": self.omitted,
            "skipped": self.skipped,
        }


@dataclass
class Comparison:
    """Both sides, how much they agree, and examples of the difference."""

    first: Side
    second: Side
    documents: int = 0
    characters: int = 0
    both: int = 0
    neither: int = 0
    only_first: int = 0
    only_second: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    @property
    def overlap(self) -> float:
        """Jaccard of the sets kept: both / (both + only one); 1 where both keep nothing."""
        either = self.both + self.only_first + self.only_second
        return self.both / either if either else 1.0

    def as_json(self) -> dict[str, Any]:
        """The comparison as data."""
        counts = ("documents", "characters", "both", "neither", "only_first", "only_second")
        return {
            "first": self.first.as_json(),
            "second": self.second.as_json(),
            **{name: getattr(self, name) for name in counts},
            "overlap": round(self.overlap, 6),
            "sources": dict(sorted(self.sources.items())),
            "examples": [asdict(example) for example in self.examples],
        }


def compare(
    first: Judge, second: Judge, batches: Iterable[pa.RecordBatch], examples: int = 5
) -> Comparison:
    """Apply both to the same documents.

    Args:
        first: a recipe or profile.
        second: another.
        batches: documents.
        examples: how many to keep of each kind of difference, spread over the reasons.
    """
    judges = (first, second)
    found = Comparison(_side(first), _side(second))
    shown: Counter[tuple[str, str]] = Counter()
    for batch in batches:
        judged = [judge.reasons(batch) for judge in judges]
        lengths = characters(batch).tolist()
        sources = batch.column("source").to_pylist()
        for row, (length, source) in enumerate(zip(lengths, sources, strict=True)):
            a, b = judged[0][0][row], judged[1][0][row]
            _count(found, a, b, length, source)
            if (a is None) != (b is None):
                loser = 1 if a is None else 0
                _example(found, judges, loser, judged[loser], batch, row, shown, examples)
    return found


def _side(judge: Judge) -> Side:
    omitted = [f"{o.what}: {o.why}" for o in judge.omitted]
    return Side(judge.name, omitted=omitted, skipped=list(judge.skipped))


def _count(found: Comparison, a: Reason | None, b: Reason | None, length: int, source: str) -> None:
    found.documents += 1
    found.characters += length
    found.sources[source] += 1
    found.both += a is None and b is None
    found.neither += a is not None and b is not None
    found.only_first += a is None and b is not None
    found.only_second += a is not None and b is None
    for side, reason in ((found.first, a), (found.second, b)):
        if reason is None:
            side.documents += 1
            side.characters += length
            side.sources[source] += 1
        else:
            side.reasons[str(reason)] += 1


def _example(
    found: Comparison,
    judges: tuple[Judge, Judge],
    loser: int,
    judged: tuple[list[Reason | None], pa.RecordBatch],
    batch: pa.RecordBatch,
    row: int,
    shown: Counter[tuple[str, str]],
    limit: int,
) -> None:
    """Keep the first document of each reason, up to `limit` reasons for each side."""
    reason = judged[0][row]
    winner = judges[1 - loser].name
    if shown[(winner, "")] >= limit or shown[(winner, str(reason))] >= 1:
        return
    shown[(winner, "")] += 1
    shown[(winner, str(reason))] += 1
    signals = judged[1]
    value = None
    if reason is not None and reason.signal in signals.schema.names:
        value = signals.column(reason.signal)[row].as_py()
    place = [batch.column(n)[row].as_py() for n in ("source", "uri", "locator")]
    found.examples.append(
        Example(
            batch.column("id")[row].as_py(),
            " ".join(str(part) for part in place if part),
            winner,
            str(reason),
            float(value) if isinstance(value, int | float) else None,
            batch.column("text")[row].as_py()[:HEAD_CHARACTERS],
        )
    )
