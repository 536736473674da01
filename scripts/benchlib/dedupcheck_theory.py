"""Whether pairs share a band as often as theory says, for several settings of bands and rows.

A pair of Jaccard similarity J shares a band with probability 1 - (1 - J^r)^b. Pairs whose documents
share shingles are found together or not at all, so counting all of them would be no binomial trial.
Hence a trial is one pair, drawn anew for each seed of the permutations, of each *family*: documents
that are connected by pairs of J >= `FLOOR`. Two families share few shingles, two seeds no
permutation, so the trials of a bin are independent but for what different families share. Their
probabilities differ a little within the bin; by Hoeffding (1956) the tails of such a sum are within
those of a binomial one of the same mean. Each bin's count has to lie within the two-sided 99.9 %
interval of that binomial, with the 0.1 % divided among all bins of all settings.

The shares among all pairs are printed beside, without a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse, stats

from benchlib.dedupcheck_truth import Ints, Pairs
from corpuskit.kernels import shingles

Flags = npt.NDArray[np.bool_]
Signatures = npt.NDArray[np.uint32]
#: Signatures of all documents, for a number of permutations and a seed.
Signer = Callable[[int, int], Signatures]

FLOOR = 0.3
#: Edges of the bins; a Jaccard of exactly 1 is a bin of its own, and always found.
EDGES = np.append(np.round(np.arange(FLOOR, 0.999, 0.05), 2), [1.0, np.inf])
BINS = len(EDGES) - 1
SETTINGS = ((18, 6), (14, 8), (25, 10))
DOUBT = 0.001
_MOST = 20_000  # pairs of a bin that the shares among all pairs are taken of
_CHUNK = 2_000


@dataclass(frozen=True)
class Bin:
    """One bin of one setting.

    Attributes:
        bands, rows: the setting.
        low: least Jaccard.
        pairs: pairs in the bin, in all.
        all_found, all_expected: share of those that share a band, and what theory expects.
        trials: independent ones, over all seeds.
        found, expected: of the trials.
        least, most: bounds of `found`.
    """

    bands: int
    rows: int
    low: float
    pairs: int
    all_found: float
    all_expected: float
    trials: int
    found: int
    expected: float
    least: int
    most: int

    @property
    def holds(self) -> bool:
        """Whether the count is within the bounds."""
        return self.least <= self.found <= self.most


def probability(jaccard: npt.NDArray[np.float64], bands: int, rows: int) -> npt.NDArray[np.float64]:
    """Chance that a pair shares a band."""
    return np.asarray(1.0 - (1.0 - jaccard**rows) ** bands)


def signer(texts: Sequence[str]) -> Signer:
    """Signatures as corpuskit makes them, of texts as they are."""

    def sign(permutations: int, seed: int) -> Signatures:
        a, b = shingles.permutations(permutations, seed)
        found = np.empty((len(texts), permutations), np.uint32)
        for start in range(0, len(texts), _CHUNK):
            data, offsets = shingles.view(pa.array(texts[start : start + _CHUNK], pa.string()))
            shingles.signatures(data, offsets, 5, a, b, found[start : start + len(offsets) - 1])
        return found

    return sign


def shared_bands(
    values: Signatures, left: Ints, right: Ints, bands: int, rows: int
) -> npt.NDArray[np.bool_]:
    """Which bands documents `left[i]` and `right[i]` share: ``bool[n, bands]``."""
    found = np.empty((len(left), bands), np.bool_)
    for start in range(0, len(left), _CHUNK):
        stop = start + _CHUNK
        equal = (
            values[left[start:stop], : bands * rows] == values[right[start:stop], : bands * rows]
        )
        found[start:stop] = equal.reshape(-1, bands, rows).all(axis=2)
    return found


def bin_of(jaccard: npt.NDArray[np.float64]) -> Ints:
    """Number of each pair's bin."""
    return np.searchsorted(EDGES, jaccard, side="right").astype(np.int64) - 1


def families(pairs: Pairs, documents: int) -> Ints:
    """The family of each pair."""
    ones = np.ones(len(pairs), np.bool_)
    graph = sparse.coo_array((ones, (pairs.left, pairs.right)), shape=(documents, documents))
    labels = sparse.csgraph.connected_components(graph, directed=False)[1]
    return np.asarray(labels[pairs.left], np.int64)


def one_of_each(groups: Ints, order: Ints) -> Ints:
    """The first place, in this order, of each group."""
    return order[np.sort(np.unique(groups[order], return_index=True)[1])]


def compare(
    pairs: Pairs,
    documents: int,
    sign: Signer,
    seeds: Sequence[int],
    settings: Sequence[tuple[int, int]] = SETTINGS,
) -> list[Bin]:
    """Compare what is found with what theory expects, bin by bin.

    Args:
        pairs: all pairs of at least `FLOOR`.
        documents: how many there are.
        sign: makes the signatures.
        seeds: of the permutations; more make the bounds narrower.
        settings: bands and rows.
    """
    places, groups = bin_of(pairs.jaccard), families(pairs, documents)
    rng = np.random.default_rng(0)
    width = max(bands * rows for bands, rows in settings)
    sums = {(setting, place): _Sum() for setting in settings for place in range(BINS)}
    members = [np.flatnonzero(places == place) for place in range(BINS)]
    for seed in seeds:
        values = sign(width, seed)
        for place, inside in enumerate(members):
            order = rng.permutation(inside)
            trials, many = one_of_each(groups, order), order[:_MOST]
            for setting in settings:
                sums[setting, place].add(pairs, trials, many, values, setting)
    level = DOUBT / len(sums)
    return [
        _bin(setting, place, len(members[place]), found, level)
        for (setting, place), found in sums.items()
    ]


@dataclass
class _Sum:
    trials: int = 0
    found: int = 0
    expected: float = 0.0
    all_trials: int = 0
    all_found: int = 0
    all_expected: float = 0.0

    def add(
        self,
        pairs: Pairs,
        trials: Ints,
        many: Ints,
        values: Signatures,
        setting: tuple[int, int],
    ) -> None:
        for rows, is_trial in ((trials, True), (many, False)):
            some = pairs.take(rows)
            found = int(shared_bands(values, some.left, some.right, *setting).any(axis=1).sum())
            expected = float(probability(some.jaccard, *setting).sum())
            if is_trial:
                self.trials += len(rows)
                self.found += found
                self.expected += expected
            else:
                self.all_trials += len(rows)
                self.all_found += found
                self.all_expected += expected


def _bin(setting: tuple[int, int], place: int, pairs: int, found: _Sum, level: float) -> Bin:
    least, most = bounds(found.trials, found.expected, level)
    return Bin(
        *setting,
        float(EDGES[place]),
        pairs,
        found.all_found / max(1, found.all_trials),
        found.all_expected / max(1, found.all_trials),
        found.trials,
        found.found,
        found.expected,
        least,
        most,
    )


def bounds(trials: int, expected: float, level: float) -> tuple[int, int]:
    """The counts outside of which a binomial one of this mean lies with at most this chance."""
    if not trials:
        return 0, 0
    law = stats.binom(trials, min(1.0, expected / trials))
    return int(law.ppf(level / 2)), int(law.isf(level / 2))
