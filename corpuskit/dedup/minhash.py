"""`dedup.minhash`: near-duplicates are found by MinHash and removed by proof.

Phases: ``bands`` joins documents that share a band's key (a star for each bucket, so the work is
linear in the bucket); ``clusters`` labels connected documents; ``gather`` brings the texts of each
cluster together; ``verify`` measures them and decides (`corpuskit.dedup.verify`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field, model_validator

from corpuskit.dedup import bands, index, policy
from corpuskit.exchange import Exchange, Phase, PhaseInput
from corpuskit.stage import Column, Params


class MinHashParams(policy.KeepParams):
    """Parameters of `dedup.minhash`; `threshold` derives bands, rows and the bound."""

    unit: Literal["characters", "morphemes"] = Field(
        "characters",
        description="What a shingle is made of; morphemes need morphology: {segmented: true}.",
    )
    ngram: int = Field(5, ge=1, le=64, description="Characters or morphemes in a shingle.")
    num_perm: int = Field(108, ge=1, le=4096, description="Permutations; with threshold, at most.")
    bands: int = Field(18, ge=1, le=255, description="Bands of the signature.")
    rows: int = Field(6, ge=1, description="Permutations in a band.")
    threshold: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Jaccard similarity from which bands and rows are picked by optimiser.",
    )
    optimiser: Literal["recall", "datasketch"] = Field(
        "recall",
        description="recall finds pairs at the threshold with probability 0.99, with the fewest "
        "false candidates; datasketch picks what MinHashLSH would.",
    )
    bound: float = Field(
        0.8, gt=0, le=1, description="Least exact measure of a removal; threshold is its default."
    )
    measure: Literal["jaccard", "containment"] = Field(
        "jaccard",
        description="What the bound is of: shared shingles by all of both, or of the smaller one.",
    )
    numbers: Literal["web", "law", "industry", "off"] = Field(
        "web", description="Which numbers must agree; see corpuskit.dedup.numbers."
    )
    seed: int = Field(1, ge=0, lt=1 << 32, description="Seed of the permutations.")
    against: tuple[str, ...] = Field(
        (),
        description="Earlier datasets or indexes; what they have is a duplicate here.",
    )
    index: bool = Field(
        False, description="Write an index of the kept documents, for later runs' against."
    )
    keep_signatures: bool = Field(
        False, description="The index holds whole signatures beside the bands' keys."
    )

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, given: Any) -> Any:
        """Fill in what a threshold decides. What was filled in before may be given again."""
        threshold = given.get("threshold") if isinstance(given, Mapping) else None
        if not isinstance(threshold, int | float) or not 0 < threshold < 1:
            return given
        theirs = given.get("optimiser") == "datasketch"
        budget = given.get("num_perm", bands.DATASKETCH_BUDGET if theirs else bands.BUDGET)
        if not isinstance(budget, int) or budget < 1:
            return given
        choose = bands.choose_as_datasketch if theirs else bands.choose
        picked = choose(float(threshold), budget)
        derived = {"bands": picked[0], "rows": picked[1]}
        for name, value in derived.items():
            if given.get(name, value) != value:
                raise ValueError(
                    f"threshold {threshold:g} picks bands and rows itself "
                    f"({picked[0]} x {picked[1]}); leave out '{name}', or the threshold"
                )
        filled = {"bound": float(threshold), "num_perm": picked[0] * picked[1]}
        return {**filled, **given, **derived}

    @model_validator(mode="after")
    def _fits(self) -> MinHashParams:
        if self.optimiser != "recall" and self.threshold is None:
            raise ValueError("optimiser needs a threshold; without one, bands and rows are given")
        if self.bands * self.rows > self.num_perm:
            raise ValueError(
                f"bands x rows is {self.bands} x {self.rows} = {self.bands * self.rows}, "
                f"more than num_perm = {self.num_perm}"
            )
        return self


class MinHash(Exchange):
    """Removes near-duplicates whose exact Jaccard similarity to a kept document is measured."""

    name: ClassVar[str] = "dedup.minhash"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = MinHashParams
    writes: ClassVar[tuple[Column, ...]] = (
        Column("cluster", pa.string(), "id of the best document of the duplicate cluster"),
        Column("cluster_size", pa.int64(), "this document and those removed in its favour"),
        Column("template_of", pa.string(), "id of a near-duplicate that differs in its numbers"),
        Column("template_jaccard", pa.float64(), "exact Jaccard similarity to that document"),
        Column(
            "unverified_of",
            pa.string(),
            "id of a document of an earlier dataset that may be like it; its text is not at hand",
        ),
    )
    example: ClassVar[str] = "- dedup.minhash: {ngram: 5, bands: 18, rows: 6, bound: 0.8}"

    def columns_read(self) -> tuple[str, ...]:
        """Id, text, and the column that shingles come from."""
        return self.reads if self.params.unit == "characters" else (*self.reads, "segmented")

    def columns_written(self) -> tuple[Column, ...]:
        """The last one only where there are earlier datasets."""
        return self.writes if self.params.against else self.writes[:-1]

    def columns_wanted(self) -> tuple[str, ...]:
        """The columns that the policy names."""
        return policy.other_columns(self.params.keep)

    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The key of each band (none for an empty text)."""
        from corpuskit.dedup import candidates

        return candidates.keys(batch, self.params)

    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        """By the key's top bits: one row (key, row) for each document and band."""
        from corpuskit.dedup import candidates

        return candidates.spread(keys, partitions)

    def phases(self) -> Sequence[Phase]:
        """Bands, clusters, gather, verify; with earlier datasets their keys and texts, too."""
        earlier = bool(self.params.against)
        return (
            *([Phase("against", "inputs", self._against)] if earlier else []),
            Phase("bands", "partitions", self._bands),
            Phase("clusters", "all", self._clusters),
            Phase("gather", "parts", self._gather),
            *([Phase("earlier", "inputs", self._earlier)] if earlier else []),
            Phase("verify", "partitions", self._verify),
        )

    def inputs(self) -> tuple[Path, ...]:
        """The index files of the earlier datasets."""
        return tuple(file.path for file in self.indexes())

    def facts(self) -> tuple[str, ...]:
        """Which of their texts are at hand."""
        return tuple(f"{file.dataset} {file.at_hand}" for file in self.indexes())

    def indexes(self) -> list[index.IndexFile]:
        """The indexes of the earlier datasets, file by file; none where there are none.

        Raises:
            InputError: one is missing, or was made with other settings.
        """
        from corpuskit.paths import resolve_path

        paths = [Path(resolve_path(path, self.root)) for path in self.params.against]
        return index.all_files(paths, self.scheme()) if paths else []

    def scheme(self) -> index.Scheme:
        """What keys made with these parameters can be compared with."""
        from corpuskit.kernels.shingles import VIEW_VERSION
        from corpuskit.kernels.tokens import TOKENS_VERSION

        p = self.params
        units = f"/tokens{TOKENS_VERSION}" if p.unit == "morphemes" else ""
        family = f"affine32/view{VIEW_VERSION}{units}"
        return index.Scheme(
            index.INDEX_VERSION, family, p.unit, p.ngram, p.num_perm, p.bands, p.rows, p.seed
        )

    def index_schema(self) -> pa.Schema | None:
        """Columns of an index file of the kept documents; None where no index is asked for."""
        p = self.params
        return index.schema(self.scheme(), p.keep_signatures) if p.index else None

    def index_rows(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Index rows of kept documents, row by row."""
        schema = self.index_schema()
        if schema is None:
            raise ValueError("no index was asked for")
        columns = {"id": batch.column("id"), "keys": self.keys(batch).column("keys")}
        if "signature" in schema.names:
            from corpuskit.dedup import candidates

            columns["signature"] = candidates.signature_column(batch, self.params)
        return pa.RecordBatch.from_arrays([columns[n] for n in schema.names], schema=schema)

    def costs(self, documents: int) -> Mapping[str, int]:
        """Disk beside the texts, and memory of one task; see `estimate` for what is assumed."""
        from corpuskit.dedup import estimate

        return estimate.costs(documents, self.params)

    def explain(self) -> Mapping[str, Any]:
        """Bands, rows, and the probability of finding a pair by its Jaccard similarity.

        ``recall`` is its mean over pairs at or above the bound, ``false_candidates`` over those
        below, in both cases if all similarities are equally frequent.
        """
        p = self.params
        return {
            "bands": p.bands,
            "rows": p.rows,
            "num_perm": p.num_perm,
            "unit": p.unit,
            "ngram": p.ngram,
            "bound": p.bound,
            "probability": bands.curve(p.bands, p.rows),
            "recall": round(bands.recall(p.bound, p.bands, p.rows), 6),
            "false_candidates": round(
                bands.false_candidates(p.bound, p.bands, p.rows) / p.bound, 6
            ),
        }

    def _against(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import against

        return against.spread(given, self.indexes())

    def _earlier(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import against, shingling

        compared = shingling.COLUMNS[self.params.unit]
        return against.gather(given, self.indexes(), self.params.keep, compared)

    def _bands(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import stars

        return stars.find_edges(given)

    def _clusters(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import clusters

        return clusters.find_clusters(given)

    def _gather(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import gather

        return gather.gather(given, self.params.keep, self.columns_read()[2:])

    def _verify(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import verify

        return verify.verify(given, self.params, self.outcome())
