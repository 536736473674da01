"""What was found of documents that were measured, as rows of `MinHash.outcome`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup.gathered import Gathered
from corpuskit.kernels.buffers import Words

Positions = npt.NDArray[np.int64]

_SPREADER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Verdicts:
    """What was found for n documents: places among them, or -1.

    Attributes:
        kept, inter: who removes it, and the size of their intersection.
        template, template_inter: who it is like but for its numbers.
        sizes: shingles of each document.
        hits: bands that hit, a list for each removed document.
        unverified: a document of an earlier dataset that may be like it, whose text isn't at hand.
    """

    kept: Positions
    inter: Positions
    template: Positions
    template_inter: Positions
    sizes: Positions
    hits: pa.ListArray
    unverified: Positions

    @property
    def removed(self) -> npt.NDArray[np.bool_]:
        """Which documents are removed."""
        return self.kept >= 0

    def jaccard(self, other: Positions, inter: Positions) -> npt.NDArray[np.float64]:
        """Jaccard similarity to the document at `other`, to six digits; nothing where it is -1."""
        union = np.maximum(self.sizes + self.sizes[other] - inter, 1)
        return np.asarray(np.round(inter / union, 6))

    def containment(self) -> npt.NDArray[np.float64]:
        """Share of the smaller set that the removed document and the kept one have in common."""
        smaller = np.maximum(np.minimum(self.sizes, self.sizes[self.kept]), 1)
        return np.asarray(np.round(self.inter / smaller, 6))


def hit_lists(equal: npt.NDArray[np.bool_], removed: npt.NDArray[np.bool_]) -> pa.ListArray:
    """Numbers of the bands that are equal, ``bool[n, bands]``; null where nothing was removed."""
    bounds = np.concatenate([[0], np.cumsum(equal.sum(axis=1))]).astype(np.int32)
    numbers = pa.array(np.nonzero(equal)[1].astype(np.int16))
    return pa.ListArray.from_arrays(pa.array(bounds), numbers, mask=pa.array(~removed))


@dataclass(frozen=True)
class Unseen:
    """Documents of earlier datasets whose texts aren't at hand, by their band keys.

    Attributes:
        words: keys, mixed with the cluster, sorted.
        places: the first document that has each.
    """

    words: Words
    places: Positions

    @classmethod
    def of(cls, found: Gathered, rows: Positions) -> Unseen:
        """Those among `rows`."""
        places = np.flatnonzero(~found.measurable[rows])
        if len(places) == 0:
            return cls(np.empty(0, np.uint64), places)
        keys = found.table.column("keys").combine_chunks().take(pa.array(rows[places]))
        owner = places[keys.value_parent_indices().to_numpy().astype(np.int64)]
        clusters = found.table.column("cluster").to_numpy()[rows[owner]]
        words = keys.flatten().to_numpy() ^ _mixed(clusters)
        order = np.lexsort((owner, words))
        words, owner = words[order], owner[order]
        new = np.ones(len(words), np.bool_)
        new[1:] = words[1:] != words[:-1]
        return cls(words[new], owner[new])

    def first(self, keys: Words, clusters: Positions) -> Positions:
        """The first one that shares a key with each document, or -1.

        Args:
            keys: ``uint64[n, bands]``.
            clusters: their clusters.
        """
        if len(self.words) == 0:
            return np.full(len(keys), -1)
        words = keys ^ _mixed(clusters)[:, None]
        at = np.minimum(np.searchsorted(self.words, words), len(self.words) - 1)
        none = np.iinfo(np.int64).max
        best = np.where(self.words[at] == words, self.places[at], none).min(axis=1)
        return np.asarray(np.where(best == none, -1, best))


def _mixed(clusters: Positions) -> Words:
    return clusters.view(np.uint64) * _SPREADER


def outcome(
    found: Gathered, rows: Positions, heads: Positions, verdicts: Verdicts
) -> Mapping[str, pa.Array]:
    """Columns of the outcome of the documents of some clusters, those without any news left out.

    Args:
        found: the partition's documents.
        rows: rows of the documents, cluster by cluster, best first.
        heads: places at which clusters start; the first document gives its cluster the name.
        verdicts: what was found.
    """
    removed = verdicts.removed
    template = np.where(removed, -1, verdicts.template)
    unverified = np.where(removed, -1, verdicts.unverified)
    size = 1 + np.bincount(verdicts.kept[removed], minlength=len(rows))
    head = np.repeat(heads, np.diff(heads, append=len(rows)))
    news = np.zeros(len(rows), np.bool_)
    news[head[removed | (template >= 0) | (unverified >= 0)]] = True
    docs = found.table.column("doc").to_numpy()[rows]
    shown = news[head] & (docs >= 0)

    def texts(column: str, places: Positions) -> pa.Array:
        there = places[shown]
        at = pa.array(rows[there], mask=there < 0)
        return found.table.column(column).combine_chunks().take(at)

    figures: dict[str, tuple[Any, npt.NDArray[np.bool_]]] = {
        "kept": (docs[verdicts.kept], ~removed),
        "jaccard": (verdicts.jaccard(verdicts.kept, verdicts.inter), ~removed),
        "containment": (verdicts.containment(), ~removed),
        "cluster_size": (size, removed),
        "template_jaccard": (verdicts.jaccard(template, verdicts.template_inter), template < 0),
    }
    columns = {name: pa.array(v[shown], mask=mask[shown]) for name, (v, mask) in figures.items()}
    columns |= {
        "doc": pa.array(docs[shown]),
        "removed": pa.array(removed[shown]),
        "duplicate_of": texts("id", verdicts.kept),
        "duplicate_in": pa.nulls(int(shown.sum()), pa.string()),
        "similarity": pa.nulls(int(shown.sum()), pa.float64()),
        "bands_hit": verdicts.hits.filter(pa.array(shown)),
        "cluster": texts("id", np.where(removed, -1, head)),
        "template_of": texts("id", template),
        "unverified_of": texts("id", unverified),
    }
    if "dataset" in found.table.column_names:
        columns["duplicate_in"] = texts("dataset", verdicts.kept)
    return columns
