"""`dedup.decontaminate`: documents that hold items of benchmarks are dropped, cut or flagged."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from corpuskit.cuts import cut_texts
from corpuskit.dedup import benchmarks
from corpuskit.dedup.benchmarks import Benchmark
from corpuskit.document import CUTS, append_columns
from corpuskit.errors import InputError
from corpuskit.exchange import CUT_BYTES
from corpuskit.stage import VERDICTS, Column, Params, Resource, Result, Stage

#: One hit: what was found, how much of it, and where in the document.
HIT = pa.struct(
    [
        ("benchmark", pa.string()),
        ("item", pa.string()),
        ("overlap", pa.float64()),
        ("match", pa.int64()),
        ("start", pa.int64()),
        ("stop", pa.int64()),
    ]
)

_WRITES = (
    Column("contaminated_by", pa.string(), "BENCHMARK/ITEM of the best hit; null: no hit"),
    Column(
        "contamination",
        pa.float64(),
        "n-grams of the best hit's item that are in the hit / n-grams of the item, or the same of "
        "its question where that is higher; 0: no hit",
    ),
    Column(
        "contamination_match",
        pa.int64(),
        "longest run of the item in the best hit, in folded characters; 0: no hit",
    ),
    Column("contamination_start", pa.int64(), "where the best hit starts, in characters"),
    Column("contamination_stop", pa.int64(), "where the best hit stops, in characters"),
    Column(
        "contamination_hits",
        pa.list_(HIT),
        "all hits, the best first: highest overlap, longest run, first place; null: no hit",
    ),
)
_CUTS = Column("cuts", CUTS, "pieces taken out of the text: stage, start and stop in characters")


class DecontaminateParams(Params):
    """What is looked for, and what happens to a document that has it."""

    benchmarks: tuple[Benchmark, ...] = Field(min_length=1, description="What is looked for.")
    ngram: int = Field(10, ge=4, le=64, description="Folded characters of an n-gram.")
    overlap: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Share of the n-grams of an item, or of its question, that makes a hit.",
    )
    longest: int = Field(
        40, ge=4, description="Folded characters in one run that make a hit by themselves."
    )
    shortest: int = Field(
        10, ge=4, description="Folded characters of the shortest item that is looked for."
    )
    action: Literal["drop", "cut", "flag"] = Field(
        "drop", description="Reject the document, take the hits out of its text, or only say so."
    )

    @model_validator(mode="after")
    def _in_order(self) -> DecontaminateParams:
        if not self.shortest <= self.ngram <= self.longest:
            raise ValueError("shortest <= ngram <= longest must hold")
        names = [b.name for b in self.benchmarks]
        if len(set(names)) < len(names):
            raise ValueError("two benchmarks have the same name")
        return self


class Decontaminate(Stage):
    """Finds questions of benchmarks in documents, by character n-grams of the folded text.

    Width, kana form, case, punctuation and blanks make no difference (`corpuskit.dedup.folding`);
    dakuten, digits and ー do. A hit is a stretch of the document with enough of an item's n-grams,
    or with one long run of it. What is stored are places in the document's own text.
    """

    name: ClassVar[str] = "dedup.decontaminate"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = DecontaminateParams
    writes: ClassVar[tuple[Column, ...]] = _WRITES
    kernels: ClassVar[tuple[str, ...]] = ("contamination", "cuts", "folding", "grams")
    example: ClassVar[str] = (
        "- dedup.decontaminate:\n"
        "    benchmarks: [{name: quiz, path: pkg:samples/benchmark/quiz.jsonl}]\n"
        "    action: drop"
    )

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._index: Any = None

    def columns_written(self) -> tuple[Column, ...]:
        """What was found; with ``action: cut`` the text and the places of the cuts."""
        if self.params.action != "cut":
            return self.writes
        text = Column("text", pa.string(), "the text without the items of benchmarks")
        return (*self.writes, text, _CUTS)

    def inputs(self) -> tuple[Path, ...]:
        """The benchmarks' files, which are read and checked here.

        Raises:
            InputError: a file is missing or broken, a field unknown, a benchmark empty.
        """
        found: list[Path] = []
        for benchmark in self.params.benchmarks:
            benchmarks.read(benchmark, self.root)
            found += benchmarks.files_of(benchmark, self.root)
        return tuple(found)

    def resources(self) -> tuple[Resource, ...]:
        """The benchmarks, for the manifest."""
        read = [benchmarks.read(b, self.root) for b in self.params.benchmarks]
        return tuple(Resource(r.name, "list", f"{len(r.items)} items", r.digest) for r in read)

    def open(self) -> None:
        """Read the benchmarks and index their n-grams."""
        from corpuskit.dedup.benchmarkindex import build

        read = [benchmarks.read(b, self.root) for b in self.params.benchmarks]
        self._index = build(read, self.params.ngram, self.params.shortest)
        counts = self._index.counts
        if counts["items"] == counts["equal"] + counts["short"] + counts["common"]:
            raise InputError(
                f"no item of the benchmarks has {self.params.shortest} characters of its own",
                "lower 'shortest', or name longer fields",
            )

    def process(self, batch: pa.RecordBatch) -> Result:
        """One pass over all texts; a second one over those that hold an n-gram of an item."""
        from corpuskit.kernels.buffers import text_buffers

        if self._index is None:
            self.open()
        data, offsets = text_buffers(batch.column("text"))
        rows = np.flatnonzero(self._index.touched(data, offsets))
        hits = np.empty((0, 9), np.int64)
        if len(rows):
            hits = self._index.hits(data, offsets, rows, self.params.overlap, self.params.longest)
        share = np.round(hits[:, 2] / hits[:, 3], 6)
        order = np.lexsort((hits[:, 1], hits[:, 7], -hits[:, 4], -share, hits[:, 0]))
        hits, share = hits[order], share[order]
        first = np.flatnonzero(np.diff(hits[:, 0], prepend=-1))
        out = append_columns(batch, self._columns(hits, share, first, batch.num_rows))
        if self.params.action == "cut":
            return self._cut(out, hits)
        if self.params.action == "drop" and len(first):
            return Result(out, self._verdicts(hits[first], share[first]))
        return Result(out)

    def _columns(
        self,
        hits: npt.NDArray[np.int64],
        share: npt.NDArray[np.float64],
        first: npt.NDArray[np.int64],
        n: int,
    ) -> dict[str, pa.Array]:
        names = self._index.names
        benchmark = pa.array([names[i][0] for i in hits[:, 1]], pa.string())
        item = pa.array([names[i][1] for i in hits[:, 1]], pa.string())
        values = [benchmark, item, pa.array(share), *(pa.array(hits[:, i]) for i in (4, 7, 8))]
        structs = pa.StructArray.from_arrays(values, fields=list(HIT))
        bounds = np.searchsorted(hits[:, 0], np.arange(n + 1)).astype(np.int32)
        hit = np.diff(bounds) > 0
        best = np.full(n, -1, np.int64)
        best[hit] = first
        take = pa.array(best, mask=~hit)
        label = pc.binary_join_element_wise(benchmark, item, "/")
        return {
            "contaminated_by": label.take(take),
            "contamination": pc.fill_null(values[2].take(take), 0.0),
            "contamination_match": pc.fill_null(values[3].take(take), 0),
            "contamination_start": values[4].take(take),
            "contamination_stop": values[5].take(take),
            "contamination_hits": pa.ListArray.from_arrays(
                pa.array(bounds), structs, type=pa.list_(HIT), mask=pa.array(~hit)
            ),
        }

    def _verdicts(
        self, hits: npt.NDArray[np.int64], share: npt.NDArray[np.float64]
    ) -> pa.RecordBatch:
        """The bound that a best hit broke: overlap, or else the longest run."""
        overlap = share >= self.params.overlap
        bound = np.where(overlap, f"< {self.params.overlap}", f"< {self.params.longest}")
        signal = np.where(overlap, "contamination", "contamination_match")
        columns = [hits[:, 0], signal, np.where(overlap, share, hits[:, 4]), bound]
        arrays = [pa.array(c, t) for c, t in zip(columns, VERDICTS.types, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=VERDICTS)

    def _cut(self, batch: pa.RecordBatch, hits: npt.NDArray[np.int64]) -> Result:
        """Take the hits out; a document of which nothing is left is rejected."""
        out = cut_texts(batch, _pieces(hits, batch.num_rows), self.ident)
        rows = np.unique(hits[:, 0])
        left = pc.binary_length(pc.utf8_trim_whitespace(out.column("text").take(pa.array(rows))))
        gone = rows[pc.equal(left, 0).to_numpy(zero_copy_only=False)]
        if not len(gone):
            return Result(out)
        n = len(gone)
        columns = [gone, ["characters_left"] * n, [0.0] * n, [">= 1"] * n]
        arrays = [pa.array(c, t) for c, t in zip(columns, VERDICTS.types, strict=True)]
        return Result(out, pa.RecordBatch.from_arrays(arrays, schema=VERDICTS))


def _pieces(hits: npt.NDArray[np.int64], n: int) -> pa.Array:
    """`CUT_BYTES` of each document: the hits' bytes, those that meet made one."""
    order = np.lexsort((hits[:, 5], hits[:, 0]))
    document, start, stop = (hits[order, i] for i in (0, 5, 6))
    far = np.int64(1) << 32  # past any text
    reached = np.maximum.accumulate(document * far + stop)
    new = np.ones(len(order), np.bool_)
    new[1:] = document[1:] * far + start[1:] > reached[:-1]
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(order))[: len(first)] - 1
    start, stop, document = start[first], reached[last] - document[last] * far, document[first]
    bounds = np.searchsorted(document, np.arange(n + 1)).astype(np.int32)
    kind = CUT_BYTES.type.value_type
    places = pa.StructArray.from_arrays([pa.array(start), pa.array(stop)], fields=list(kind))
    none = pa.array(np.diff(bounds) == 0)
    return pa.ListArray.from_arrays(pa.array(bounds), places, type=CUT_BYTES.type, mask=none)
