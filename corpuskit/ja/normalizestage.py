"""The stage `normalize`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, create_model

from corpuskit.document import append_columns
from corpuskit.ja.marks import MARKS, marks_of
from corpuskit.ja.normalize import (
    DEFAULT,
    NORMALIZE_VERSION,
    TIDYING,
    NormalizeOptions,
    Normalizer,
)
from corpuskit.ja.offsets import EDITS, edits_of
from corpuskit.stage import Column, Params, Result, Stage, verdicts

#: What each switch does, as the docstring of `NormalizeOptions` says it.
_ABOUT = dict(re.findall(r"^ +(\w+): (.+)$", NormalizeOptions.__doc__ or "", re.M))
_TYPES = get_type_hints(NormalizeOptions)
_BOUNDS: dict[str, Any] = {"repeats": {"ge": 0}}
_OPTIONS: dict[str, Any] = {
    f.name: (
        _TYPES[f.name],
        Field(
            getattr(DEFAULT, f.name),
            description=_ABOUT.get(f.name, ""),
            **_BOUNDS.get(f.name, {}),
        ),
    )
    for f in fields(NormalizeOptions)
}
_OPTIONS["map"] = (
    bool,
    Field(False, description="Also store `edits`, the way back to positions of the text as read."),
)
NormalizeParams = create_model("NormalizeParams", __base__=Params, **_OPTIONS)

_EDITS = Column(
    "edits",
    EDITS,
    "where lengths differ from the text as read: `length` characters from character `at` on come "
    "from `source_length`; code points; null where none do",
)


class Normalize(Stage):
    """Safe normalisation: widths, kana, blanks; never 10⁵ to 105, m² to m2 or ① to 1.

    The rules and switches are in `corpuskit.ja.normalize`. A text of which nothing is left (only
    control characters) is rejected. Marks hidden in the text are read before they are removed.
    """

    name: ClassVar[str] = "normalize"
    version: ClassVar[int] = NORMALIZE_VERSION
    Params: ClassVar[type[Params]] = NormalizeParams
    example: ClassVar[str] = "- normalize"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("text", pa.string(), "the normalised text"),
        Column(
            "changed_characters", pa.int64(), "characters that normalisation changed or removed"
        ),
        Column(
            "embedded_marks",
            MARKS,
            "C2PA manifests and other runs of 8 or more invisible characters in the text as read: "
            "kind, where (code points), bytes and head (hex; tags as text); null where none",
        ),
    )

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        switches = self.params.model_dump(exclude={"map"})
        self._normalizer = Normalizer(NormalizeOptions(**switches))

    @classmethod
    def kernels_for(cls, params: Mapping[str, Any]) -> tuple[str, ...]:
        """`edits` for the map; `tidy` for the rules that are off unless asked for."""
        asked = {name for name, value in params.items() if value not in (False, 0, "keep")}
        edits = ("edits",) if "map" in asked else ()
        return edits if asked.isdisjoint(TIDYING) else (*edits, "tidy")

    def columns_written(self) -> tuple[Column, ...]:
        """The text and its marks, and the edits where they are asked for."""
        return (*self.writes, _EDITS) if self.params.map else self.writes

    def process(self, batch: pa.RecordBatch) -> Result:
        """Rewrite the texts that need it; clean batches pass without a copy."""
        before = batch.column("text")
        result = self._normalizer.run(before, tracing=self.params.map)
        columns = {
            "text": result.text,
            "changed_characters": pa.array(result.changed),
            "embedded_marks": marks_of(before, result.hidden),
        }
        if self.params.map:
            columns["edits"] = edits_of(before, result)
        out = append_columns(batch, columns)
        sizes = pc.binary_length(result.text)
        empty = np.flatnonzero(pc.equal(sizes, 0).to_numpy(zero_copy_only=False))
        if not len(empty):
            return Result(out)
        return Result(out, verdicts(empty.tolist(), "characters", [0.0] * len(empty), ">= 1"))
