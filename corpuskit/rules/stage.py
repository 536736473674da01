"""The stage `rules`: a document stays where every bound over its signals holds."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from corpuskit.stage import VERDICTS, Column, Params, Result, Stage


class Rule(Params):
    """A bound over one column. A null value ends nothing unless `null: reject`."""

    signal: str = Field(description="Column the bound is over.")
    min: float | None = Field(None, description="Smallest value that stays.")
    max: float | None = Field(None, description="Largest value that stays.")
    equals: str | bool | None = Field(None, description="The value that stays, for text columns.")
    null: Literal["keep", "reject"] = Field("keep", description="What a null value means.")
    reason: str = Field("", description="Why, for people who read the recipe.")

    @model_validator(mode="after")
    def _bounded(self) -> Rule:
        if self.min is None and self.max is None and self.equals is None:
            raise ValueError("a rule needs min, max or equals")
        return self

    def broken(self, column: pa.Array) -> tuple[np.ndarray, list[str]]:
        """Which rows break the rule, and the bound each broke.

        Args:
            column: n values.

        Returns:
            A boolean array of n, and n bounds (empty where the rule holds).
        """
        bounds = np.full(len(column), "", object)
        if self.equals is not None:
            bounds[_true(pc.not_equal(column, self.equals))] = f"= {self.equals}"
        if self.max is not None:
            bounds[_true(pc.greater(column, self.max))] = f"<= {self.max:g}"
        if self.min is not None:
            bounds[_true(pc.less(column, self.min))] = f">= {self.min:g}"
        if self.null == "reject":
            bounds[pc.is_null(column).to_numpy(zero_copy_only=False)] = "is known"
        return bounds != "", list(bounds)


def _true(mask: Any) -> np.ndarray:
    found: np.ndarray = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return found


class RulesParams(Params):
    """The rules, in order: the first one that fails gives the reason."""

    rules: tuple[Rule, ...] = Field(min_length=1, description="Bounds over signals, in order.")


class Rules(Stage):
    """Rejects documents by bounds over signals; the first failing rule is the reason."""

    name: ClassVar[str] = "rules"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = RulesParams
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[Column, ...]] = ()
    example: ClassVar[str] = "- rules:\n    - {signal: characters, min: 100}"

    def columns_read(self) -> tuple[str, ...]:
        """The signals the rules are over."""
        return tuple(dict.fromkeys(rule.signal for rule in self.params.rules))

    def process(self, batch: pa.RecordBatch) -> Result:
        """Judge every row."""
        n = batch.num_rows
        signal, bound = np.full(n, "", object), np.full(n, "", object)
        value = np.zeros(n)
        for rule in self.params.rules:
            column = batch.column(rule.signal)
            broken, bounds = rule.broken(column)
            here = broken & (signal == "")
            if here.any():
                signal[here] = rule.signal
                bound[here] = np.array(bounds, object)[here]
                value[here] = _numbers(column)[here]
        rows = np.flatnonzero(signal != "")
        if not len(rows):
            return Result(batch)
        verdicts = pa.RecordBatch.from_arrays(
            [
                pa.array(rows, pa.int64()),
                pa.array(signal[rows], pa.string()),
                pa.array(value[rows], pa.float64(), mask=np.isnan(value[rows])),
                pa.array(bound[rows], pa.string()),
            ],
            schema=VERDICTS,
        )
        return Result(batch, verdicts)


def _numbers(column: pa.Array) -> np.ndarray:
    """Values as floats; NaN for nulls and for text."""
    if pa.types.is_string(column.type):
        return np.full(len(column), np.nan)
    cast: np.ndarray = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return cast
