"""Hits that overlap: one of them stays, and covers what the others saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from corpuskit.privacy.hits import Hits, resolve


def settled(hits: Hits, masked: npt.NDArray[np.bool_]) -> Hits:
    """Sort hits and keep those that don't overlap, without giving up a byte that is to be masked.

    Of two that overlap the one that is masked stays, then the surer, then the longer; it grows over
    what is to be masked of the other.

    Args:
        hits: in any order.
        masked: by index into `KINDS`, whether a kind is written over.
    """
    written = hits.take(masked[hits.kind])
    kept = _grown(resolve(written), written)
    if len(written) == len(hits):
        return kept
    others = hits.take(~masked[hits.kind])
    sure = np.full(len(kept), 255, np.uint8)
    ranked = replace(others, confidence=np.minimum(others.confidence, 254))
    return resolve(Hits.concat([replace(kept, confidence=sure), ranked]))


def _grown(kept: Hits, hits: Hits) -> Hits:
    """The hits that stay, each over its share of the stretch that overlapping hits cover."""
    if len(kept) == len(hits):
        return kept
    begins, ends = _stretches(hits)
    row = kept.row.astype(np.int64) << 32
    starts = row + kept.start
    owner = np.searchsorted(begins, starts, "right") - 1
    first = np.diff(owner, prepend=-1) > 0
    start = np.where(first, begins[owner], starts)
    stop = np.where(np.append(first[1:], True), ends[owner], np.append(start[1:], 0))
    return replace(kept, start=(start - row).astype(np.int32), stop=(stop - row).astype(np.int32))


def _stretches(hits: Hits) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where stretches of hits that overlap begin and end: 2^32 times the row, and the byte."""
    row = hits.row.astype(np.int64) << 32
    order = np.argsort(row + hits.start, kind="stable")
    starts, stops = (row + hits.start)[order], np.maximum.accumulate((row + hits.stop)[order])
    head = np.append(True, starts[1:] >= stops[:-1])
    return starts[head], stops[np.append(head[1:], True)]
