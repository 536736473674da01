"""The stage `language`."""

from __future__ import annotations

import importlib.util
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.registry import missing_extra
from corpuskit.stage import Column, Params, Resource, Stage


class LanguageParams(Params):
    """How languages are told apart."""

    lines: bool = Field(False, description="Also store the language of each line.")
    min_score: float = Field(
        0.0, ge=0.0, le=1.0, description="Texts with a lower score are undecided."
    )
    detector: Literal["own", "cld2"] = Field(
        "own",
        description="Who tells texts in other scripts than Japanese, Chinese and Korean apart: the "
        "package's own tables (six languages), or CLD2 (extra `langid`, 83 languages).",
    )


class Language(Stage):
    """Tells Japanese, Chinese, Korean, English, German, French, Spanish, Vietnamese and Russian.

    The rules are in `corpuskit.language.detect`; what they leave open is decided for the document
    as a whole. Other languages, Japanese in Latin letters, and texts without letters are undecided:
    null, not rejected. A rule can ask for ``language_score`` or ``japanese_share``.
    """

    name: ClassVar[str] = "language"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = LanguageParams
    example: ClassVar[str] = "- language"
    kernels: ClassVar[tuple[str, ...]] = ("languages",)
    writes: ClassVar[tuple[Column, ...]] = (
        Column("language", pa.string(), "ISO 639-1 code; null where it is undecided"),
        Column(
            "language_score",
            pa.float64(),
            "probability of the language against the next one * share of its script in the text, "
            "by weight (a Chinese, Japanese or Korean character weighs 2.5 letters); 0 undecided",
        ),
        Column(
            "japanese_share",
            pa.float64(),
            "weight of Japanese lines / weight of all lines with letters; code counts as nothing",
        ),
    )

    def columns_written(self) -> tuple[Column, ...]:
        """The document's language, and that of its lines where it is asked for."""
        if not self.params.lines:
            return self.writes
        about = "language of each line (as split at line feeds); null where it is undecided"
        return (*self.writes, Column("line_languages", pa.list_(pa.string()), about))

    def resources(self) -> tuple[Resource, ...]:
        """The package's own tables, and CLD2's where they are asked for."""
        from corpuskit.language.tables import resource

        if self.params.detector == "own":
            return (resource(),)
        from corpuskit.language.cld2 import resource as cld2

        return (resource(), cld2())

    def open(self) -> None:
        """Load the tables.

        Raises:
            MissingExtraError: CLD2 is asked for and not installed.
        """
        from corpuskit.language.tables import load

        load()
        if self.params.detector == "cld2" and importlib.util.find_spec("pycld2") is None:
            raise missing_extra("pycld2")

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text; another over texts in alphabets."""
        from corpuskit.language.detect import NAMES, UNDECIDED, detect

        text = batch.column("text")
        found = detect(text, lines=self.params.lines)
        names, scores = _named(found.codes, NAMES), found.scores
        if self.params.detector == "cld2":
            from corpuskit.language.cld2 import fill

            names, scores = fill(text, names, scores)
        scores = np.round(scores, 6)
        low = (scores < self.params.min_score) | (found.codes == UNDECIDED) & (scores == 0)
        columns: dict[str, Any] = {
            "language": pa.array(np.where(low, None, names), pa.string()),
            "language_score": pa.array(scores),
            "japanese_share": pa.array(np.round(found.japanese, 6)),
        }
        if found.line_codes is not None and found.line_counts is not None:
            ends = np.concatenate([[0], np.cumsum(found.line_counts)]).astype(np.int32)
            values = pa.array(_named(found.line_codes, NAMES), pa.string())
            columns["line_languages"] = pa.ListArray.from_arrays(pa.array(ends), values)
        return append_columns(batch, columns)


def _named(codes: Any, names: tuple[str, ...]) -> Any:
    return np.array([*names, None], object)[codes]
