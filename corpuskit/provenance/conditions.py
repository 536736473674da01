"""Conditions over columns in rule files, judged for whole batches: true, false or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator, model_validator

from corpuskit.provenance.rulesets import RuleModel

#: Outcomes for each row; unknown where no column of a condition was computed.
FALSE, TRUE, UNKNOWN = 0, 1, -1
Outcome = npt.NDArray[np.int8]

Value = str | bool | int | float | None


class Condition(RuleModel):
    """What a column must hold; given values must all be met.

    Attributes:
        values: any of these; null among them holds for unknown values.
        min: smallest number.
        max: largest number.
        matches: an RE2 expression that is found in the text.
        contains: an item of a list column, or its ``type`` where items are structs.
        state: ``known`` or ``null``.
    """

    values: tuple[Value, ...] = ()
    min: float | None = None
    max: float | None = None
    matches: str | None = None
    contains: str | None = None
    state: Literal["known", "null", None] = Field(None, alias="is")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        """A value or a list of them stands for itself."""
        if isinstance(given, Mapping):
            return dict(given)
        return {"values": given if isinstance(given, list | tuple) else [given]}

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if self == Condition.model_construct() or not (
            self.values or self.model_fields_set - {"values"}
        ):
            raise ValueError("a condition needs a value, min, max, matches, contains or is")
        return self

    @field_validator("matches")
    @classmethod
    def _sound(cls, pattern: str | None) -> str | None:
        try:
            pc.match_substring_regex(pa.array(["x"]), pattern or "x")
        except pa.ArrowInvalid as error:
            raise ValueError(str(error)) from None
        return pattern

    def holds(self, column: pa.Array) -> npt.NDArray[np.bool_]:
        """Whether it holds, `bool[n]`."""
        known = column.is_valid().to_numpy(zero_copy_only=False)
        held = np.ones(len(column), bool)
        if self.values:
            held &= _among(column, self.values) | ((None in self.values) & ~known)
        if self.min is not None:
            held &= _true(pc.greater_equal(column, self.min))
        if self.max is not None:
            held &= _true(pc.less_equal(column, self.max))
        if self.matches is not None:
            held &= _true(pc.match_substring_regex(column, self.matches))
        if self.contains is not None:
            held &= _contains(column, self.contains)
        if self.state is not None:
            held &= known if self.state == "known" else ~known
        return held


def columns_of(name: str) -> tuple[str, ...]:
    """The columns of a condition's name: ``a|b`` are two, the first that is known counts."""
    return tuple(part.strip() for part in name.split("|"))


def judge(batch: pa.RecordBatch, conditions: Mapping[str, Condition]) -> Outcome:
    """All conditions together: false where one fails, else unknown where a column is missing.

    Args:
        batch: n rows.
        conditions: by name of a column, or several as ``a|b``.

    Returns:
        `FALSE`, `TRUE` or `UNKNOWN`, `int8[n]`.
    """
    outcome = np.full(batch.num_rows, TRUE, np.int8)
    for name, condition in conditions.items():
        column = _column(batch, columns_of(name))
        if column is None:
            outcome[outcome == TRUE] = UNKNOWN
        else:
            outcome[~condition.holds(column)] = FALSE
    return outcome


def _column(batch: pa.RecordBatch, names: tuple[str, ...]) -> pa.Array | None:
    there = [batch.column(name) for name in names if name in batch.schema.names]
    if not there:
        return None
    return there[0] if len(there) == 1 else pc.coalesce(*there)


def _true(mask: pa.Array) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return found


def _among(column: pa.Array, values: tuple[Value, ...]) -> npt.NDArray[np.bool_]:
    wanted = [value for value in values if value is not None]
    if not wanted:
        return np.zeros(len(column), bool)
    return _true(pc.is_in(column, pa.array(wanted).cast(column.type))) & _true(column.is_valid())


def _contains(column: pa.Array, value: str) -> npt.NDArray[np.bool_]:
    items = column.flatten()
    if pa.types.is_struct(items.type):
        items = items.field("type")
    owners = pc.list_parent_indices(column).to_numpy(zero_copy_only=False)
    held = np.zeros(len(column), bool)
    held[owners[_true(pc.equal(items, value))]] = True
    return held
