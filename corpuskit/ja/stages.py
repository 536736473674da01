"""The stages of the Japanese room: `normalize` and `morphology`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, create_model

from corpuskit.document import append_columns
from corpuskit.ja.normalize import DEFAULT, NORMALIZE_VERSION, NormalizeOptions, Normalizer
from corpuskit.stage import Column, Params, Result, Stage, verdicts

_OPTIONS: dict[str, Any] = {
    f.name: (bool, Field(getattr(DEFAULT, f.name), description=f"class '{f.name}' changes"))
    for f in fields(NormalizeOptions)
}
NormalizeParams = create_model("NormalizeParams", __base__=Params, **_OPTIONS)


class Normalize(Stage):
    """Safe normalisation: widths, kana, blanks; never 10⁵ to 105, m² to m2 or ① to 1.

    The rules and switches are in `corpuskit.ja.normalize`. A text of which nothing is left (only
    control characters) is rejected.
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
    )

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._normalizer = Normalizer(NormalizeOptions(**self.params.model_dump()))

    def process(self, batch: pa.RecordBatch) -> Result:
        """Rewrite the texts that need it; clean batches pass without a copy."""
        text, changed = self._normalizer.apply(batch.column("text"))
        out = append_columns(batch, {"text": text, "changed_characters": pa.array(changed)})
        empty = np.flatnonzero(pc.equal(pc.binary_length(text), 0).to_numpy(zero_copy_only=False))
        if not len(empty):
            return Result(out)
        return Result(out, verdicts(empty.tolist(), "characters", [0.0] * len(empty), ">= 1"))
