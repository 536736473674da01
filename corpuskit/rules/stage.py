"""The stage `rules`: a document stays where every bound over its signals holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
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
    more_than: float | None = Field(None, description="Largest value that goes.")
    less_than: float | None = Field(None, description="Smallest value that goes.")
    equals: str | bool | None = Field(None, description="The value that stays, for text columns.")
    null: Literal["keep", "reject"] = Field("keep", description="What a null value means.")
    reason: str = Field("", description="Why, for people who read the recipe.")

    @model_validator(mode="after")
    def _bounded(self) -> Rule:
        bounds = (self.min, self.max, self.more_than, self.less_than, self.equals)
        if all(bound is None for bound in bounds):
            raise ValueError("a rule needs min, max, more_than, less_than or equals")
        return self

    def bounds(self) -> Iterator[tuple[str, Callable[[pa.Array], Any]]]:
        """Each bound of the rule as text, and what tells which rows break it."""
        if self.null == "reject":
            yield "is known", pc.is_null
        if self.min is not None:
            yield f">= {_shown(self.min)}", partial(_less, self.min)
        if self.max is not None:
            yield f"<= {_shown(self.max)}", partial(_greater, self.max)
        if self.more_than is not None:
            yield f"> {_shown(self.more_than)}", partial(_at_most, self.more_than)
        if self.less_than is not None:
            yield f"< {_shown(self.less_than)}", partial(_at_least, self.less_than)
        if self.equals is not None:
            yield f"= {self.equals}", partial(_unequal, self.equals)


def _shown(bound: float) -> str:
    """The bound as it was meant: 1000000 rather than 1e+06."""
    return str(int(bound)) if bound == int(bound) else repr(bound)


def _less(bound: float, column: pa.Array) -> Any:
    return pc.less(column, bound)


def _greater(bound: float, column: pa.Array) -> Any:
    return pc.greater(column, bound)


def _at_most(bound: float, column: pa.Array) -> Any:
    return pc.less_equal(column, bound)


def _at_least(bound: float, column: pa.Array) -> Any:
    return pc.greater_equal(column, bound)


def _unequal(value: str | bool, column: pa.Array) -> Any:
    return pc.not_equal(column, value)


class RulesParams(Params):
    """The rules, in order: the first one that fails gives the reason."""

    profile: str = Field("", description="Profile that the rules are from.")
    sources: tuple[str, ...] = Field(
        (), description="Sources whose documents they are for; all where there are none."
    )
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
        """The signals the rules are over, and the source where they are for some only."""
        signals = [rule.signal for rule in self.params.rules]
        return tuple(dict.fromkeys([*signals, *(["source"] if self.params.sources else [])]))

    def process(self, batch: pa.RecordBatch) -> Result:
        """Judge every row."""
        free = self._concerned(batch)
        found: list[pa.RecordBatch] = []
        for rule in self.params.rules:
            column = batch.column(rule.signal)
            for bound, breaks in rule.bounds():
                mask = pc.fill_null(breaks(column), False).to_numpy(zero_copy_only=False)
                rows = np.flatnonzero(mask & free)
                if len(rows):
                    free[rows] = False
                    found.append(_verdicts(rule.signal, bound, column, rows))
        if not found:
            return Result(batch)
        return Result(batch, pa.concat_batches(found).sort_by("row"))

    def _concerned(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows of the sources that the rules are for, `bool[n]`."""
        if not self.params.sources:
            return np.ones(batch.num_rows, bool)
        mine = pc.is_in(batch.column("source"), pa.array(self.params.sources, pa.string()))
        concerned: np.ndarray = mine.to_numpy(zero_copy_only=False).copy()
        return concerned


def _verdicts(signal: str, bound: str, column: pa.Array, rows: np.ndarray) -> pa.RecordBatch:
    """`VERDICTS` for rows that broke one bound."""
    values = _numbers(column.take(pa.array(rows)))
    return pa.RecordBatch.from_arrays(
        [
            pa.array(rows, pa.int64()),
            pa.repeat(signal, len(rows)),
            pa.array(values, pa.float64(), mask=np.isnan(values)),
            pa.repeat(bound, len(rows)),
        ],
        schema=VERDICTS,
    )


def _numbers(column: pa.Array) -> np.ndarray:
    """Values as floats; NaN for nulls and for text."""
    if pa.types.is_string(column.type):
        return np.full(len(column), np.nan)
    cast: np.ndarray = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return cast
