"""The arithmetic of MinHash bands: how likely a pair is found, and which bands a threshold needs.

Two documents agree in one permutation with probability J, their Jaccard similarity; in a band of r
rows with J^r; in at least one of b bands with 1 - (1 - J^r)^b.
"""

from __future__ import annotations

import functools

import numpy as np

#: Probability with which a pair at the threshold itself must be found.
RECALL = 0.99
#: Permutations that `choose` may spend if it isn't told: twice what most tools use.
BUDGET = 256
#: Permutations that datasketch's optimiser may spend if it isn't told, as in datasketch.
DATASKETCH_BUDGET = 128
#: Bands that a signature may have.
MOST_BANDS = 255
#: Similarities that `curve` gives.
JACCARDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))


def probability(jaccard: float, bands: int, rows: int) -> float:
    """Probability that two documents of this Jaccard similarity share a band."""
    return float(1.0 - (1.0 - jaccard**rows) ** bands)


def curve(bands: int, rows: int) -> dict[str, float]:
    """`probability` for Jaccard 0.50, 0.55, ... 0.95, rounded to six digits."""
    return {f"{j:.2f}": round(probability(j, bands, rows), 6) for j in JACCARDS}


def recall(threshold: float, bands: int, rows: int) -> float:
    """Mean of the curve from the threshold to 1: the share of its pairs found, if all J alike."""
    middle = threshold + (np.arange(1000) + 0.5) * ((1 - threshold) / 1000)
    return float(np.mean(1.0 - (1.0 - middle**rows) ** bands))


def false_candidates(threshold: float, bands: int, rows: int) -> float:
    """Area under the curve below the threshold: the share of false pairs, if all J were alike."""
    middle = (np.arange(1000) + 0.5) * (threshold / 1000)
    return float(np.mean(1.0 - (1.0 - middle**rows) ** bands) * threshold)


@functools.cache
def choose(threshold: float, budget: int = BUDGET) -> tuple[int, int]:
    """The bands and rows with fewest false candidates that find a pair at the threshold.

    A pair at the threshold is found with at least `RECALL`. Of equals the one with fewer
    permutations wins.

    Args:
        threshold: Jaccard similarity above 0 and below 1.
        budget: most permutations, bands times rows.

    Raises:
        ValueError: no choice within the budget finds enough.
    """
    found = [
        (round(false_candidates(threshold, bands, rows), 9), bands * rows, bands, rows)
        for rows in range(1, budget + 1)
        for bands in range(1, min(budget // rows, MOST_BANDS) + 1)
        if probability(threshold, bands, rows) >= RECALL
    ]
    if not found:
        raise ValueError(
            f"threshold {threshold:g} needs more than {budget} permutations to find "
            f"{RECALL:.0%} of such pairs; raise num_perm or the threshold"
        )
    _, _, bands, rows = min(found)
    return bands, rows


@functools.cache
def choose_as_datasketch(threshold: float, budget: int = DATASKETCH_BUDGET) -> tuple[int, int]:
    """The bands and rows that datasketch's `MinHashLSH(threshold, num_perm)` has.

    Its optimiser makes the sum of two areas least: under the curve below the threshold (false
    candidates) and above the curve beyond it (pairs that are missed), one as heavy as the other.
    A pair at the threshold itself is often missed; `probability` says how often.

    Args:
        threshold: Jaccard similarity above 0 and below 1.
        budget: most permutations, bands times rows; datasketch's ``num_perm``.

    Raises:
        ValueError: datasketch finds no choice, or one of more than `MOST_BANDS` bands.
    """
    from datasketch import MinHashLSH  # imports SciPy, which other recipes need not wait for

    try:
        lsh = MinHashLSH(threshold=threshold, num_perm=budget)
    except ValueError as error:
        raise ValueError(
            f"datasketch's optimiser finds no bands for threshold {threshold:g} within {budget} "
            f"permutations ({error}); raise num_perm, or leave out 'optimiser'"
        ) from error
    if lsh.b > MOST_BANDS:
        raise ValueError(
            f"datasketch's optimiser wants {lsh.b} bands for threshold {threshold:g}, more than "
            f"{MOST_BANDS}; lower num_perm, or raise the threshold"
        )
    return lsh.b, lsh.r
