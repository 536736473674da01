"""`dedup.exact`: of documents with equal text, or with one URL, one stays.

``by: text`` compares the 128-bit digests of the texts as `corpuskit.dedup.sameness` folds them; by
default runs of white space are one space and nothing else is folded. ``by: url`` compares the
column ``url`` as `corpuskit.dedup.addresses` spells it: the texts are not looked at, and may differ
in anything, numbers included. A text of which nothing is left, and a document without a URL of the
form ``scheme://host…``, take no part.

Evidence: ``jaccard`` and ``containment`` are 1 where the two texts, white space aside, are equal.
They are null where they are not, which ``ignore`` and ``by: url`` allow: nothing was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from corpuskit.dedup import files, policy
from corpuskit.exchange import Exchange, Phase, PhaseInput
from corpuskit.stage import Params


class ExactParams(policy.KeepParams):
    """Parameters of `dedup.exact`."""

    by: Literal["text", "url"] = Field(
        "text", description="What duplicates have in common: their text, or their URL."
    )
    ignore: tuple[Literal["space", "width", "punctuation"], ...] = Field(
        ("space",),
        description="Variants that don't tell texts apart; dakuten and digits always do.",
    )
    http_as_https: bool = Field(
        False, description="By URL: http://host/ and https://host/ are one address."
    )

    @model_validator(mode="after")
    def _fits(self) -> ExactParams:
        if len(set(self.ignore)) < len(self.ignore):
            raise ValueError("ignore: each may be named once")
        if self.by == "url" and self.ignore != ("space",):
            raise ValueError("ignore is about texts; with by: url they are not compared")
        if self.by == "text" and self.http_as_https:
            raise ValueError("http_as_https needs by: url")
        return self


class Exact(Exchange):
    """Keeps one of several documents with equal text (white space aside) or with one URL."""

    name: ClassVar[str] = "dedup.exact"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = ExactParams
    example: ClassVar[str] = "- dedup.exact: {keep: [legal_basis, date, length, id]}"

    def columns_read(self) -> tuple[str, ...]:
        """Id, text, and the URL where documents are compared by it."""
        return self.reads if self.params.by == "text" else (*self.reads, "url")

    def columns_wanted(self) -> tuple[str, ...]:
        """The columns that the policy names."""
        return policy.other_columns(self.params.keep)

    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Digest (null: takes no part), length in characters, and what the policy looks at."""
        from corpuskit.kernels.buffers import Bytes, Offsets, string_array
        from corpuskit.kernels.hashing import digests
        from corpuskit.kernels.shingles import view

        def digested(data: Bytes, offsets: Offsets) -> Any:
            words = np.empty((batch.num_rows, 2), np.uint64)
            digests(data, offsets, words)
            return words

        data, offsets = self._compared(batch)
        words, nothing = digested(data, offsets), np.diff(offsets) == 0
        columns = {
            "high": pa.array(words[:, 0], mask=nothing),
            "low": pa.array(words[:, 1], mask=nothing),
        }
        data, offsets = view(batch.column("text"))
        columns["length"] = pc.utf8_length(string_array(data, offsets)).cast(pa.int64())
        if self._may_differ():
            columns["text_digest"] = pa.array(digested(data, offsets)[:, 0])
        if not self.columns_wanted():
            columns |= {n: batch.column(n) for n in policy.carried_columns(self.params.keep)}
        return pa.RecordBatch.from_pydict(columns)

    def _compared(self, batch: pa.RecordBatch) -> Any:
        """What is compared: `(data, offsets)`."""
        if self.params.by == "text":
            from corpuskit.dedup.sameness import folded

            return folded(batch.column("text"), self.params.ignore)
        from corpuskit.dedup.addresses import compared
        from corpuskit.kernels.buffers import text_buffers

        urls = compared(batch.column("url"), http_as_https=self.params.http_as_https)
        return text_buffers(urls)

    def _may_differ(self) -> bool:
        """Whether duplicates may have texts that differ in more than white space."""
        return self.params.by == "url" or bool(set(self.params.ignore) - {"space"})

    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        """By the digest's top bits; documents that take no part are left out."""
        batch = files.one_batch(keys.filter(keys.column("high").is_valid()))
        numbers = files.partition_numbers(batch.column("high").to_numpy(), partitions)
        return files.cut(batch, numbers, partitions)

    def phases(self) -> Sequence[Phase]:
        """Groups of equal digests; where the policy names other columns, then those of members."""
        if not self.columns_wanted():
            return (Phase("groups", "partitions", self._groups),)
        return (
            Phase("members", "partitions", self._members),
            Phase("gather", "parts", self._gather),
            Phase("decide", "partitions", self._decide),
        )

    def explain(self) -> Mapping[str, Any]:
        """What is compared, and what is not."""
        p = self.params
        if p.by == "url":
            return {"by": "url", "http": "as https" if p.http_as_https else "not https"}
        return {"by": "text", "ignoring": " and ".join(p.ignore) or "nothing"}

    def _groups(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import groups

        return groups.decide(given, groups.repeated(groups.documents(given)), self.params.keep)

    def _members(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import groups

        return groups.write_members(given)

    def _gather(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import groups

        return groups.gather(given, policy.carried_columns(self.params.keep))

    def _decide(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import groups

        return groups.decide(given, groups.gathered(given), self.params.keep)
