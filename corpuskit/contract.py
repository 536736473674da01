"""What a stage's result must be: the checks behind `corpuskit.testing.check_stage`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.errors import StageError
from corpuskit.stage import FAILURES, VERDICTS, Result, Stage, apply

_DIGITS = 6


def checked_result(stage: Stage, batch: pa.RecordBatch, labels: Sequence[str]) -> Result:
    """A stage's result for a batch that has passed every check but those of repetition.

    Args:
        stage: an opened stage.
        batch: n rows, with all columns the stage reads.
        labels: n names of the rows, for messages.

    Raises:
        StageError: rows, columns, types, numbers or verdicts are not as they must be.
    """
    before = _frozen(batch)
    result = apply(stage, batch)
    if _frozen(batch) != before:
        raise StageError(f"{stage.ident} changed the batch it was given", "return a new batch")
    _check_raised(stage, result, labels)
    _check_others(stage, batch, result, labels)
    for column in stage.columns_written():
        values = result.batch.column(column.name)
        if column.name == "text" and values.null_count:
            raise StageError(f"{stage.ident} wrote a null text", "a text may be empty, never null")
        _check_numbers(stage, f"column '{column.name}'", values, labels)
    _check_named(stage, "rejected", result.rejected, VERDICTS, labels)
    _check_named(stage, "failed", result.failed, FAILURES, labels)
    if result.rejected is not None:
        _check_verdicts(stage, result.rejected, labels)
    both = set(_rows(result.rejected)) & set(_rows(result.failed))
    if both:
        raise StageError(f"{stage.ident} both rejected and failed on {labels[min(both)]}")
    return result


def same_for_any_cut(
    stage: Stage, batch: pa.RecordBatch, whole: Result, labels: Sequence[str]
) -> None:
    """Check that rows give the same result however they are cut, ordered and repeated.

    Args:
        stage: an opened stage.
        batch: n rows.
        whole: its result for them.
        labels: n names of the rows.

    Raises:
        StageError: a row's result depends on its neighbours, or an empty batch is not handled.
    """
    n = batch.num_rows
    _check_empty(stage, batch)
    cuts = {"run a second time": n, "cut into halves": (n + 1) // 2, "taken one by one": 1}
    for how, size in cuts.items():
        parts = [apply(stage, batch.slice(at, size)) for at in range(0, n, size)]
        _compare(stage, whole, _joined(parts, size), how, labels)
    backwards = pa.array(range(n - 1, -1, -1), pa.int64())
    turned = apply(stage, batch.take(backwards))
    result = Result(
        turned.batch.take(backwards), _turned(turned.rejected, n), _turned(turned.failed, n)
    )
    _compare(stage, whole, result, "given in reverse order", labels)


def _check_raised(stage: Stage, result: Result, labels: Sequence[str]) -> None:
    for row in result.failed.to_pylist() if result.failed is not None else []:
        if row["message"] == f"{stage.ident} raised" and 0 <= row["row"] < len(labels):
            raise StageError(
                f"{stage.ident} raised {row['error']} on {labels[row['row']]}",
                "such a document would be quarantined",
            )


def _check_others(
    stage: Stage, before: pa.RecordBatch, result: Result, labels: Sequence[str]
) -> None:
    """Columns that the stage does not declare must come out as they went in."""
    declared = {column.name for column in stage.columns_written()}
    for field in before.schema:
        if field.name in declared:
            continue
        after = result.batch.column(field.name)
        if after.type != field.type:
            raise StageError(
                f"{stage.ident} made column '{field.name}' {after.type}, it was {field.type}"
            )
        row = _first_difference(before.column(field.name), after)
        if row is not None:
            raise StageError(
                f"{stage.ident} changed column '{field.name}' of {labels[row]}, "
                "or the order of the rows",
                "a stage changes only the columns it declares",
            )


def _check_numbers(stage: Stage, what: str, values: pa.Array, labels: Sequence[str]) -> None:
    while pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        values = values.flatten()
        labels = ["a list"] * len(values)
    if not pa.types.is_floating(values.type):
        return
    known = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
    numbers = values.drop_null().to_numpy(zero_copy_only=False)
    for row, number in zip(known.tolist(), numbers, strict=True):
        if not np.isfinite(number):
            raise StageError(
                f"{stage.ident}: {what} of {labels[row]} is {number}",
                "write null where no value is",
            )
        if type(number)(round(float(number), _DIGITS)) != number:
            raise StageError(
                f"{stage.ident}: {what} of {labels[row]} is not rounded to {_DIGITS} digits: "
                f"{number}",
                f"round(value, {_DIGITS}): sums of floats differ between machines",
            )


def _check_named(
    stage: Stage, what: str, part: pa.RecordBatch | None, schema: pa.Schema, labels: Sequence[str]
) -> None:
    """A table of rejected or failed rows: its columns, rows in range, each once."""
    if part is None:
        return
    if not part.schema.equals(schema):
        raise StageError(
            f"{stage.ident}: `{what}` has the columns {part.schema.names}, not {schema.names}",
            "or other types; make it with verdicts(...)",
        )
    rows = _rows(part)
    for row in rows:
        if row is None or not 0 <= row < len(labels):
            raise StageError(f"{stage.ident}: `{what}` names row {row} of {len(labels)}")
        if rows.count(row) > 1:
            raise StageError(f"{stage.ident}: `{what}` names {labels[row]} twice")


def _check_verdicts(stage: Stage, rejected: pa.RecordBatch, labels: Sequence[str]) -> None:
    for row in rejected.to_pylist():
        label = labels[row["row"]]
        if not row["signal"] or not row["bound"]:
            raise StageError(f"{stage.ident} rejected {label} without naming signal and bound")
        value = pa.array([row["value"]], pa.float64())
        _check_numbers(stage, "the value of the verdict", value, [label])


def _check_empty(stage: Stage, batch: pa.RecordBatch) -> None:
    """A batch of no rows: a slice, and one made of empty arrays."""
    bare = [pa.array([], field.type) for field in batch.schema]
    for empty in (batch.slice(0, 0), pa.RecordBatch.from_arrays(bare, schema=batch.schema)):
        result = apply(stage, empty)
        if _rows(result.rejected) or _rows(result.failed):
            raise StageError(f"{stage.ident} rejected rows of an empty batch")


def _compare(stage: Stage, one: Result, two: Result, how: str, labels: Sequence[str]) -> None:
    remedy = "a result may depend on the row alone, not on its batch or on rows before"
    for column in stage.columns_written():
        row = _first_difference(one.batch.column(column.name), two.batch.column(column.name))
        if row is not None:
            raise StageError(
                f"{stage.ident}: column '{column.name}' of {labels[row]} is another one when the "
                f"documents are {how}",
                remedy,
            )
    for what, a, b in (
        ("rejects", one.rejected, two.rejected),
        ("fails on", one.failed, two.failed),
    ):
        if _by_row(a) != _by_row(b):
            raise StageError(
                f"{stage.ident} {what} other rows when the documents are {how}", remedy
            )


def _by_row(part: pa.RecordBatch | None) -> list[tuple[Any, ...]]:
    found = [tuple(row.values()) for row in part.to_pylist()] if part is not None else []
    return sorted(found, key=lambda row: int(row[0]))


def _joined(parts: Sequence[Result], size: int) -> Result:
    table = pa.Table.from_batches([part.batch for part in parts]).combine_chunks()
    return Result(
        table.to_batches()[0],
        _shifted([part.rejected for part in parts], size, VERDICTS),
        _shifted([part.failed for part in parts], size, FAILURES),
    )


def _shifted(
    parts: Sequence[pa.RecordBatch | None], size: int, schema: pa.Schema
) -> pa.RecordBatch:
    rows: list[dict[str, Any]] = []
    for at, part in enumerate(parts):
        for row in part.to_pylist() if part is not None else []:
            rows.append({**row, "row": row["row"] + at * size})
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _turned(part: pa.RecordBatch | None, n: int) -> pa.RecordBatch | None:
    if part is None:
        return None
    rows = [{**row, "row": n - 1 - row["row"]} for row in part.to_pylist()]
    return pa.RecordBatch.from_pylist(rows, schema=part.schema)


def _rows(part: pa.RecordBatch | None) -> list[int]:
    return part.column(0).to_pylist() if part is not None else []


def _first_difference(one: pa.Array, two: pa.Array) -> int | None:
    if one.equals(two):
        return None
    for row, (a, b) in enumerate(_pairs(one, two)):
        if a != b:
            return row
    return None


def _pairs(one: pa.Array, two: pa.Array) -> Iterator[tuple[Any, Any]]:
    return zip(one.to_pylist(), two.to_pylist(), strict=True)


def _frozen(batch: pa.RecordBatch) -> bytes:
    """The batch's content; also shows a change made through the buffers."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())
