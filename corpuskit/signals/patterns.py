"""Signals over regular expressions that a recipe brings."""

from __future__ import annotations

import re
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from corpuskit.document import append_columns
from corpuskit.stage import Column, Params, Stage


class PatternsParams(Params):
    """The expressions."""

    patterns: dict[str, str] = Field(
        min_length=1,
        description="Regular expression (RE2's syntax; no look-around) by its name.",
    )

    @field_validator("patterns")
    @classmethod
    def _sound(cls, patterns: dict[str, str]) -> dict[str, str]:
        for name, pattern in patterns.items():
            if not re.fullmatch("[a-z][a-z0-9_]*", name):
                raise ValueError(f"the name of the pattern '{name}' must be like dates or bbs")
            try:
                pc.count_substring_regex(pa.array(["x"]), pattern)
            except pa.ArrowInvalid as error:
                raise ValueError(f"pattern '{name}': {error}") from None
        return patterns


class Patterns(Stage):
    """Counts matches of regular expressions, so that a published filter's pattern can be data.

    Matches don't overlap and are taken from the left. The expressions are RE2's: linear time, no
    back-references, no look-around; \\d is 0 to 9 only.
    """

    name: ClassVar[str] = "signals.patterns"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = PatternsParams
    example: ClassVar[str] = "- signals.patterns:\n    patterns: {dates: '[0-9]{4}年[0-9]{1,2}月'}"

    def columns_written(self) -> tuple[Column, ...]:
        """A column for each expression."""
        return tuple(
            Column(f"{name}_matches", pa.int64(), f"matches of {pattern}")
            for name, pattern in self.params.patterns.items()
        )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass of RE2 over the texts for each expression."""
        text = batch.column("text")
        columns = {
            f"{name}_matches": pc.count_substring_regex(text, pattern).cast(pa.int64())
            for name, pattern in self.params.patterns.items()
        }
        return append_columns(batch, columns)
