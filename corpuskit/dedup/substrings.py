"""`dedup.substrings`: spans of text that stand somewhere earlier in the corpus, too.

A *window* is `length` consecutive characters (code points of the text as this stage sees it). A
window repeats if the same characters stand at an earlier place: in a document with a smaller
number, or before it in the same document. What is flagged or cut is exactly the characters of
windows that repeat; which is the same as: of all spans of at least `length` characters that stand
somewhere earlier.

Phases: ``fingerprints`` finds the fingerprints that stand twice; ``windows`` lists the windows that
have one, by hash; ``firsts`` finds where each stands first (`corpuskit.dedup.windows`); ``spans``
joins them to spans; ``verify`` compares each span with its earlier place, character by character;
``outcome`` says what that makes of each document (`corpuskit.dedup.spans`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field

from corpuskit.document import CUTS
from corpuskit.exchange import Exchange, Phase, PhaseInput
from corpuskit.stage import Column, Params

#: Where spans of a document are, in characters of the text as the stage saw it, and the id of the
#: document that each stands in earlier. Pieces that touch and have the same id are one.
SPAN_OF = pa.list_(pa.struct([("start", pa.int64()), ("stop", pa.int64()), ("of", pa.string())]))


class SubstringParams(Params):
    """Parameters of `dedup.substrings`."""

    length: int = Field(100, ge=20, le=10_000, description="Least characters of a repeated span.")
    action: Literal["flag", "cut"] = Field(
        "flag", description="cut takes spans out but where they stand first; flag only says so."
    )
    within: bool = Field(True, description="Count spans that repeat in one document, too.")

    @property
    def hashed(self) -> int:
        """Characters that are hashed for a fingerprint."""
        return self.length // 2


class Substrings(Exchange):
    """Flags or cuts spans of text that stand earlier in the corpus, compared to the character."""

    name: ClassVar[str] = "dedup.substrings"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = SubstringParams
    writes: ClassVar[tuple[Column, ...]] = (
        Column("repeated_spans", pa.int64(), "spans that stand earlier in the corpus, too"),
        Column("repeated_span_share", pa.float64(), "characters in them / characters"),
        Column("span_of", SPAN_OF, "where they are, and the id of the document they repeat"),
    )
    fill: ClassVar[Mapping[str, Any]] = {"repeated_spans": 0, "repeated_span_share": 0.0}
    kernels: ClassVar[tuple[str, ...]] = ("cuts", "repeats", "winnow")
    example: ClassVar[str] = "- dedup.substrings: {length: 100, action: cut}"

    def columns_written(self) -> tuple[Column, ...]:
        """What was found; with ``action: cut`` also what was taken out."""
        cuts = Column("cuts", CUTS, "pieces of text that stages took out")
        return (*self.writes, cuts) if self.edits() else self.writes

    def edits(self) -> bool:
        """With ``action: cut``."""
        return bool(self.params.action == "cut")

    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Fingerprints of the text's windows; none for a text of fewer characters than one."""
        from corpuskit.dedup import windows

        return windows.keys(batch.column("text"), self.params)

    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        """By the fingerprint's top bits: a row (key, row) for each, at most two in a document."""
        from corpuskit.dedup import windows

        return windows.spread(keys, partitions)

    def phases(self) -> Sequence[Phase]:
        """Fingerprints, windows, firsts, spans, verify, outcome."""
        return (
            Phase("fingerprints", "partitions", self._fingerprints),
            Phase("windows", "parts", self._windows),
            Phase("firsts", "partitions", self._firsts),
            Phase("spans", "parts", self._spans),
            Phase("verify", "partitions", self._verify),
            Phase("outcome", "parts", self._outcome),
        )

    def explain(self) -> Mapping[str, Any]:
        """The least length, and what is hashed to find it."""
        n, k = self.params.length, self.params.hashed
        return {
            "length": n,
            "action": self.params.action,
            "hashed_characters": k,
            "fingerprints_per_character": round(2 / (n - k + 2), 4),
        }

    def _fingerprints(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import windows

        return windows.find_repeated(given)

    def _windows(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import windows

        return windows.list_windows(given, self.params)

    def _firsts(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import windows

        return windows.find_firsts(given)

    def _spans(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import spans

        return spans.find_spans(given, self.params)

    def _verify(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import spans

        return spans.verify(given)

    def _outcome(self, given: PhaseInput) -> Mapping[str, int]:
        from corpuskit.dedup import spanoutcome

        return spanoutcome.write(given, self.outcome())
