"""A seam for duplicates by meaning: vectors in, clusters through the same verify and policy.

corpuskit ships no embedding model. A plug-in subclasses `VectorExchange` and says what a document's
vector is; everything else is done here as for `dedup.minhash`: band keys (random hyperplanes,
Charikar 2002), clusters, the policy `keep`, the number guard, and a removal only where the measured
cosine similarity to a document that stays passes the bound. ``similarity`` is written where
``jaccard`` would be.
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from corpuskit.dedup import policy
from corpuskit.exchange import Exchange, Phase, PhaseInput
from corpuskit.stage import Column, Params

Vectors = npt.NDArray[np.float32]


class VectorParams(policy.KeepParams):
    """Parameters of every `VectorExchange`."""

    bound: float = Field(0.95, gt=0, le=1, description="Least cosine similarity of a removal.")
    bands: int = Field(16, ge=1, le=255, description="Bands of the key.")
    rows: int = Field(12, ge=1, le=32, description="Hyperplanes in a band.")
    numbers: Literal["web", "law", "industry", "off"] = Field(
        "web", description="Which numbers must agree; see corpuskit.dedup.numbers."
    )
    seed: int = Field(1, ge=0, lt=1 << 32, description="Seed of the hyperplanes.")


class VectorExchange(Exchange):
    """Removes documents whose vectors are alike; subclasses give the vectors."""

    Params: ClassVar[type[Params]] = VectorParams
    writes: ClassVar[tuple[Column, ...]] = (
        Column("cluster", pa.string(), "id of the best document of the duplicate cluster"),
        Column("cluster_size", pa.int64(), "this document and those removed in its favour"),
        Column("template_of", pa.string(), "id of a near-duplicate that differs in its numbers"),
        Column("template_similarity", pa.float64(), "cosine similarity to that document"),
    )
    kernels: ClassVar[tuple[str, ...]] = ("cosine",)
    #: Columns beside ``text`` that `vectors` looks at.
    looks_at: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def vectors(self, batch: pa.RecordBatch | pa.Table) -> Vectors:
        """A vector for each document, ``float32[n, d]`` with the same d for all batches.

        The same document gives the same vector, whatever batch it is in. Vectors need not have
        length 1; one of zeros resembles nothing.

        Args:
            batch: n documents with ``text`` and the columns `looks_at`.
        """

    def columns_read(self) -> tuple[str, ...]:
        """Id, text, and what `vectors` looks at."""
        return (*self.reads, *self.looks_at)

    def columns_wanted(self) -> tuple[str, ...]:
        """The columns that the policy names."""
        return policy.other_columns(self.params.keep)

    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A key for each band; null for a vector of zeros."""
        from corpuskit.kernels.cosine import plane_keys

        found = unit(self.vectors(batch))
        p = self.params
        words = np.empty((len(found), p.bands), np.uint64)
        planes = _planes(p.bands * p.rows, found.shape[1], p.seed)
        plane_keys(found, planes, p.bands, p.rows, words)
        mask = pa.array(~found.any(axis=1))
        lists = pa.FixedSizeListArray.from_arrays(pa.array(words.reshape(-1)), p.bands, mask=mask)
        return pa.RecordBatch.from_pydict({"keys": lists})

    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        """By the key's top bits: one row (key, row) for each document and band."""
        from corpuskit.dedup import candidates

        return candidates.spread(keys, partitions)

    def phases(self) -> Sequence[Phase]:
        """Bands, clusters, gather, verify."""
        return (
            Phase("bands", "partitions", self._bands),
            Phase("clusters", "all", self._clusters),
            Phase("gather", "parts", self._gather),
            Phase("verify", "partitions", self._verify),
        )

    def explain(self) -> Mapping[str, Any]:
        """Bands, rows, and the probability of finding a pair by its cosine similarity."""
        p = self.params
        chance = {f"{c:.2f}": round(found_at(c, p.bands, p.rows), 6) for c in COSINES}
        return {"bands": p.bands, "rows": p.rows, "bound": p.bound, "probability": chance}

    def _bands(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import stars

        return stars.find_edges(given)

    def _clusters(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import clusters

        return clusters.find_clusters(given)

    def _gather(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import gather

        return gather.gather(given, self.params.keep, self.looks_at)

    def _verify(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import meaning

        return meaning.verify(given, self)


#: Similarities that `explain` gives.
COSINES = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98)


def found_at(cosine: float, bands: int, rows: int) -> float:
    """Probability that two vectors of this cosine share a band: a plane parts them at angle/pi."""
    same = 1.0 - float(np.arccos(cosine)) / float(np.pi)
    return 1.0 - (1.0 - same**rows) ** bands


def unit(vectors: Vectors) -> Vectors:
    """Vectors of length 1; zeros stay."""
    wide = np.asarray(vectors, np.float64)
    length = np.sqrt(np.square(wide).sum(axis=1, keepdims=True))
    scaled = np.divide(wide, length, out=np.zeros_like(wide), where=length > 0)
    return np.ascontiguousarray(scaled, np.float32)


@functools.lru_cache(8)
def _planes(count: int, dimensions: int, seed: int) -> Vectors:
    generator = np.random.RandomState(seed)  # its stream is fixed for good
    return generator.standard_normal((count, dimensions)).astype(np.float32)
