"""How good scores are beside labels: ranking, decisions at a bound, calibration; with intervals.

- auc: probability that a good text scores above a bad one, ties half.
- average precision: sum over good texts, best first, of the precision there (no interpolation).
- precision, recall, balanced accuracy: at the bound; balanced accuracy is the mean of the shares of
  good texts at or above and of bad texts below.
- calibration error: mean over ten equal ranges of the score, weighted by texts, of
  |mean score - share of good texts| (expected calibration error); only for scores in [0, 1].
- Brier: mean of (score - label) ** 2; only for scores in [0, 1].

Intervals are 95 % percentile bootstraps over groups of equal texts, 1,000 draws, seeded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Long = npt.NDArray[np.int64]

DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure with its 95 % interval; NaN where it is not defined."""

    name: str
    value: float
    low: float
    high: float


def auc(scores: Doubles, good: Flags) -> float:
    """Probability that a good text scores above a bad one, ties half; NaN without both."""
    positives = int(good.sum())
    negatives = len(good) - positives
    if not positives or not negatives:
        return float("nan")
    unique, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    del unique
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse.reshape(-1)]
    wins = float(ranks[good].sum()) - positives * (positives + 1) / 2
    return wins / (positives * negatives)


def average_precision(scores: Doubles, good: Flags) -> float:
    """Mean over good texts of the precision at their score; NaN without good ones."""
    if not good.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(good[order])
    last = np.flatnonzero(np.concatenate([ranked[1:] != ranked[:-1], [True]]))
    gained = np.diff(np.concatenate([[0], hits[last]]))
    return float((gained * hits[last] / (last + 1)).sum() / hits[-1])


def _at(bound: float) -> dict[str, Callable[[Doubles, Flags], float]]:
    def precision(scores: Doubles, good: Flags) -> float:
        kept = scores >= bound
        return float(good[kept].mean()) if kept.any() else float("nan")

    def recall(scores: Doubles, good: Flags) -> float:
        return float((scores[good] >= bound).mean()) if good.any() else float("nan")

    def balanced(scores: Doubles, good: Flags) -> float:
        if good.all() or not good.any():
            return float("nan")
        return float(((scores[good] >= bound).mean() + (scores[~good] < bound).mean()) / 2)

    return {"precision": precision, "recall": recall, "balanced accuracy": balanced}


def calibration(scores: Doubles, good: Flags) -> list[tuple[float, float, int]]:
    """Mean score, share of good texts and texts of each tenth of [0, 1] that has any."""
    tenth = np.minimum((scores * 10).astype(np.int64), 9)
    return [
        (float(scores[tenth == k].mean()), float(good[tenth == k].mean()), int((tenth == k).sum()))
        for k in range(10)
        if (tenth == k).any()
    ]


def calibration_error(scores: Doubles, good: Flags) -> float:
    """Expected calibration error over tenths."""
    rows = calibration(scores, good)
    return sum(abs(mean - share) * count for mean, share, count in rows) / max(len(good), 1)


def _brier(scores: Doubles, good: Flags) -> float:
    return float(np.mean((scores - good) ** 2))


def evaluate(
    scores: Doubles, good: Flags, groups: Long, bound: float = 0.5, seed: int = 0
) -> list[Measure]:
    """All measures of some texts.

    Args:
        scores: n, higher is better.
        good: labels, n.
        groups: texts of one group are drawn together, n.
        bound: smallest score that counts as good.
        seed: of the bootstrap.
    """
    measures: dict[str, Callable[[Doubles, Flags], float]] = {
        "auc": auc, "average precision": average_precision, **_at(bound),
    }  # fmt: skip
    if len(scores) and scores.min() >= 0 and scores.max() <= 1:
        measures |= {"calibration error": calibration_error, "Brier": _brier}
    draws = list(_draws(groups, seed))
    found = []
    for name, measure in measures.items():
        values = np.array([measure(scores[rows], good[rows]) for rows in draws])
        values = values[~np.isnan(values)]
        low, high = np.quantile(values, [0.025, 0.975]) if len(values) else (np.nan, np.nan)
        found.append(Measure(name, measure(scores, good), float(low), float(high)))
    return found


def _draws(groups: Long, seed: int) -> Iterable[Long]:
    """Rows of each bootstrap sample: as many groups as there are, with repetition."""
    order = np.argsort(groups, kind="stable")
    numbers, first = np.unique(groups[order], return_index=True)
    bounds = np.append(first, len(order))
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(DRAWS if len(numbers) else 0):
        picked = rng.integers(0, len(numbers), len(numbers))
        sizes = bounds[picked + 1] - bounds[picked]
        starts = np.repeat(bounds[picked] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
        yield order[starts + np.arange(int(sizes.sum()))]


def by_source(
    scores: Doubles, good: Flags, source: Sequence[str]
) -> list[tuple[str, int, float, float]]:
    """Texts, share of good ones and auc of each source."""
    names = np.array(source)
    found = []
    for name in sorted(set(source)):
        rows = names == name
        share = float(good[rows].mean())
        found.append((name, int(rows.sum()), share, auc(scores[rows], good[rows])))
    return found


def table(measures: Sequence[Measure]) -> str:
    """The measures as lines: name, value, 95 % interval."""
    return "\n".join(f"{m.name}\t{m.value:.4f}\t{m.low:.4f}-{m.high:.4f}" for m in measures)
