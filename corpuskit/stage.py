"""What a stage is, and how a plain function becomes one.

Two kinds exist. A `Stage` looks at documents one by one (`process`); a third party writes it as a
class over batches, or as a function with `doc_signal` or `doc_filter`. An `Exchange` compares
documents with each other (deduplication) and is described in `corpuskit.exchange`.

A stage is pure: the same rows give the same result however they are cut into batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from corpuskit.document import append_columns
from corpuskit.errors import StageError

#: Rows that a stage rejects: row number in the batch, signal, its value, the bound it broke.
VERDICTS = pa.schema(
    [("row", pa.int64()), ("signal", pa.string()), ("value", pa.float64()), ("bound", pa.string())]
)
#: Rows that a stage failed on: row number, class of the error, message.
FAILURES = pa.schema([("row", pa.int64()), ("error", pa.string()), ("message", pa.string())])


class Params(BaseModel):
    """Base of a stage's parameters: frozen, unknown keys refused, defaults hashed into the key."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a stage writes.

    Attributes:
        name: column name; signals are numbers named after what they count.
        type: Arrow type.
        about: one line: formula, unit, source.
        holds_text: the column repeats text of the document, so it may not come before a stage that
            protects.
    """

    name: str
    type: pa.DataType
    about: str
    holds_text: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """A dictionary, list or model that a stage uses; recorded in the manifest.

    Attributes:
        name: such as ``unidic-lite``.
        kind: ``dictionary``, ``list`` or ``model``.
        version: as its maker states it.
        digest: sha256 of its files.
        license: SPDX expression, or null.
        country: ISO 3166 code of its maker, or null.
    """

    name: str
    kind: str
    version: str
    digest: str
    license: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a stage made of a batch.

    Attributes:
        batch: the same rows in the same order, with the stage's columns added.
        rejected: a `VERDICTS` batch, or None. Rows may be named once.
        failed: a `FAILURES` batch, or None; these rows are quarantined.
    """

    batch: pa.RecordBatch
    rejected: pa.RecordBatch | None = None
    failed: pa.RecordBatch | None = None


class Stage(ABC):
    """A step over documents, batch by batch.

    Subclasses set the class attributes, take their parameters as one `Params` object, load heavy
    things in `open` (called once per worker; taggers can't be pickled) and compute in `process`.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = Params
    #: Columns read and written whatever the parameters are.
    reads: ClassVar[tuple[str, ...]] = ("text",)
    writes: ClassVar[tuple[Column, ...]] = ()
    #: A recipe line that shows the stage in use.
    example: ClassVar[str] = ""
    #: Kernel modules that few recipes need, this stage among them (`compiler.ON_DEMAND`).
    kernels: ClassVar[tuple[str, ...]] = ()
    #: Whether no text may be written without having passed it (privacy): documents that left before
    #: it pass it when their tables are written. It may read columns of `BASE` only.
    protects: ClassVar[bool] = False
    #: Where paths in the parameters start: the recipe's folder. Set by whoever makes the stage.
    root: Path = Path()
    #: Which use of the stage in its recipe this is, from 1.
    use: int = 1

    def __init__(self, params: Any = None) -> None:
        self.params: Any = params if params is not None else self.Params()

    def __reduce__(self) -> tuple[Any, ...]:
        # Name and parameters, never what `open` loaded: taggers can't be pickled.
        return _made, (type(self), self.params.model_dump(mode="json"), self.root, self.use)

    @classmethod
    def kernels_for(cls, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Modules of `compiler.ON_DEMAND` that a use with these parameters, unchecked, needs."""
        return cls.kernels

    def columns_read(self) -> tuple[str, ...]:
        """Columns this stage needs, with its present parameters."""
        return self.reads

    def columns_written(self) -> tuple[Column, ...]:
        """Columns this stage adds or replaces, with its present parameters."""
        return self.writes

    def resources(self) -> tuple[Resource, ...]:
        """Dictionaries, lists and models this stage uses, for the manifest."""
        return ()

    def inputs(self) -> tuple[Path, ...]:
        """Files from outside the run that the result hangs on; their digests enter the keys.

        Raises:
            InputError: a file is not there.
        """
        return ()

    def facts(self) -> tuple[str, ...]:
        """What else from outside the run the result hangs on, such as the names of its `inputs`."""
        return ()

    def open(self) -> None:  # noqa: B027  (optional hook)
        """Load what is heavy; called once in each worker before the first batch."""

    @abstractmethod
    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch | Result:
        """Compute over one batch.

        Args:
            batch: n rows (n may be 0) with at least the columns of `columns_read`.

        Returns:
            The batch with `columns_written` added, or a `Result` that also rejects rows.
        """

    @property
    def ident(self) -> str:
        """Versioned name, such as ``signals.scripts@1``; ``rules@1#2`` where it is used again."""
        again = f"#{self.use}" if self.use > 1 else ""
        return f"{self.name}@{self.version}{again}"


def _made(cls: type[Stage], params: Mapping[str, Any], root: Path, use: int) -> Stage:
    stage = cls(cls.Params.model_validate(params))
    stage.root, stage.use = root, use
    return stage


def verdicts(
    rows: Sequence[int], signal: str, values: Sequence[float], bound: str
) -> pa.RecordBatch:
    """A `VERDICTS` batch for rows that broke one bound."""
    n = len(rows)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(rows, pa.int64()),
            pa.array([signal] * n, pa.string()),
            pa.array(values, pa.float64()),
            pa.array([bound] * n, pa.string()),
        ],
        schema=VERDICTS,
    )


def row_table(rows: Sequence[Any], schema: pa.Schema) -> pa.RecordBatch | None:
    """Tuples as a batch of a schema, or None where there are none."""
    if not rows:
        return None
    columns = [
        pa.array(values, kind)
        for values, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def share(part: np.ndarray, whole: np.ndarray) -> pa.Array:
    """part / whole rounded to six digits; 0 where the whole is 0."""
    value = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return pa.array(np.round(value, 6))


# --- plain functions ------------------------------------------------------------------------------

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class FunctionSpec:
    """A function declared with `doc_signal` or `doc_filter`."""

    function: Callable[..., Any]
    name: str
    version: int
    kind: str
    reads: tuple[str, ...]
    type: Any = float
    at_least: float | None = None
    at_most: float | None = None


#: Functions declared so far, by the module that declares them. The registry reads it after import.
DECLARED: dict[str, list[FunctionSpec]] = {}


def doc_signal(
    name: str, *, version: int = 1, type: type = float, reads: tuple[str, ...] = ("text",)
) -> Callable[[F], F]:
    """Declare a function of a document whose value is stored in a column called `name`.

    Keyword-only arguments with a type and a default become the stage's parameters. The function is
    returned untouched.

    Args:
        name: stage and column name, such as ``acme.exclamations``.
        version: raise it when the meaning changes; it is part of what a run's key hashes.
        type: float, int, bool or str.
        reads: columns the function looks at.
    """

    def declare(function: F) -> F:
        spec = FunctionSpec(function, name, version, "signal", reads, type)
        DECLARED.setdefault(function.__module__, []).append(spec)
        return function

    return declare


def doc_filter(
    name: str,
    *,
    version: int = 1,
    at_least: float | None = None,
    at_most: float | None = None,
    reads: tuple[str, ...] = ("text",),
) -> Callable[[F], F]:
    """Declare a function of a document that decides whether it stays.

    A function that returns a bool keeps the document on True. One that returns a number needs
    `at_least` or `at_most`; both can be changed in the recipe. The number is stored in a column
    called `name` and, for rejected documents, beside the bound it broke.

    Args:
        name: stage name, such as ``acme.no_ads``.
        version: raise it when the meaning changes.
        at_least: smallest value that stays.
        at_most: largest value that stays.
        reads: columns the function looks at.
    """

    def declare(function: F) -> F:
        spec = FunctionSpec(
            function, name, version, "filter", reads, at_least=at_least, at_most=at_most
        )
        DECLARED.setdefault(function.__module__, []).append(spec)
        return function

    return declare


# --- running one stage ----------------------------------------------------------------------------


def apply(stage: Stage, batch: pa.RecordBatch) -> Result:
    """Run a stage on a batch and hold it to its contract.

    A stage that raises on the batch is tried on halves of it until the rows at fault stand alone;
    those are returned as failed, with nulls in the stage's columns.

    Raises:
        StageError: rows were lost, or columns are missing or of another type than declared.
    """
    try:
        result = stage.process(batch)
    except StageError:
        raise
    except Exception as error:
        if batch.num_rows == 0:
            raise StageError(
                f"{stage.ident} raised {type(error).__name__} on an empty batch"
            ) from error
        return _halves(stage, batch, error)
    if isinstance(result, pa.RecordBatch):
        result = Result(result)
    if not isinstance(result, Result):
        raise StageError(
            f"{stage.ident} returned {type(result).__name__}",
            "`process` returns a RecordBatch or a Result",
        )
    return _checked(stage, batch, result)


def _halves(stage: Stage, batch: pa.RecordBatch, error: Exception) -> Result:
    n = batch.num_rows
    if n == 1:
        empty = {c.name: pa.nulls(1, c.type) for c in stage.columns_written() if c.name != "text"}
        failed = row_table([(0, type(error).__name__, f"{stage.ident} raised")], FAILURES)
        return Result(append_columns(batch, empty), None, failed)
    left, right = apply(stage, batch.slice(0, n // 2)), apply(stage, batch.slice(n // 2))
    order = left.batch.schema.names
    halves = [left.batch, right.batch.select(order)]
    joined = pa.Table.from_batches(halves).combine_chunks().to_batches()[0]
    return Result(
        joined,
        _stack(left.rejected, right.rejected, n // 2),
        _stack(left.failed, right.failed, n // 2),
    )


def _stack(
    left: pa.RecordBatch | None, right: pa.RecordBatch | None, offset: int
) -> pa.RecordBatch | None:
    """Two row tables as one; rows of the right one move by `offset`."""
    if right is not None:
        rows = pa.array(right.column(0).to_numpy() + offset, pa.int64())
        right = pa.RecordBatch.from_arrays([rows, *right.columns[1:]], schema=right.schema)
    parts = [part for part in (left, right) if part is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]


def _checked(stage: Stage, before: pa.RecordBatch, result: Result) -> Result:
    after = result.batch
    if after.num_rows != before.num_rows:
        raise StageError(
            f"{stage.ident} returned {after.num_rows} rows for {before.num_rows}",
            "a stage keeps every row; reject rows with Result(batch, rejected=verdicts(...))",
        )
    declared = {column.name for column in stage.columns_written()}
    found_names = after.schema.names
    for name in sorted(declared - set(found_names)):
        raise StageError(f"{stage.ident} did not write column '{name}' it declares")
    for name in sorted(set(before.schema.names) - set(found_names)):
        raise StageError(f"{stage.ident} dropped column '{name}'", "a stage only adds columns")
    for name in sorted(set(found_names) - declared - set(before.schema.names)):
        raise StageError(
            f"{stage.ident} added column '{name}', which it does not declare", "add it to `writes`"
        )
    for column in stage.columns_written():
        found = after.schema.field(column.name).type
        if found != column.type:
            raise StageError(f"{stage.ident}: column '{column.name}' is {found}, not {column.type}")
    return result
