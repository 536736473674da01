"""Documents that leave before a stage that protects them: what it does to texts holds for them too.

A stage with ``protects = True`` (privacy) rewrites texts so that they may be written at all. What
rules rejected, or an exchange removed, before that stage was reached is still unprotected in the
step files; it passes the stage when the tables of rejected and duplicate documents are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import append_columns
from corpuskit.exchange import Exchange
from corpuskit.pipeline import Pipeline
from corpuskit.segment import StageSpec, opened
from corpuskit.stage import Stage, apply

#: The column of a table that says where a document left.
_LEFT_AT = {"rejected": "stage", "duplicates": "stage"}


@dataclass(frozen=True)
class Protection:
    """One protecting stage, and the stages at which documents leave without having met it.

    Attributes:
        stage: the protecting stage.
        before: versioned names of those stages.
    """

    stage: StageSpec
    before: tuple[str, ...]


def protections(pipeline: Pipeline, table: str) -> tuple[Protection, ...]:
    """What rows of a table still need, in the recipe's order.

    In study mode a verdict takes effect at the end, after every stage; only what an exchange took
    out leaves early.
    """
    if table not in _LEFT_AT:
        return ()
    found: list[Protection] = []
    before: list[str] = []
    for stage in pipeline.used:
        if isinstance(stage, Stage) and stage.protects:
            spec = (stage.ident, stage.params.model_dump_json())
            found.append(Protection(spec, tuple(before)))
        if isinstance(stage, Exchange) or not pipeline.study:
            before.append(stage.ident)
    return tuple(p for p in found if p.before)


@dataclass(frozen=True)
class Protector:
    """Applies protections to the rows of a step file that still need them.

    Attributes:
        protections: in the recipe's order.
        plugins: plug-in files, absolute.
        root: the recipe's folder.
    """

    protections: tuple[Protection, ...]
    plugins: tuple[Path, ...]
    root: Path

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows in the same order, each protected once."""
        for protection in self.protections:
            left_at = batch.column("stage")
            bare = pc.is_in(left_at, pa.array(protection.before, pa.string()))
            if pc.any(bare).as_py():
                batch = self._protected(batch, protection.stage, bare)
        return batch

    def _protected(self, batch: pa.RecordBatch, spec: StageSpec, bare: pa.Array) -> pa.RecordBatch:
        stage = opened(self.plugins, spec, self.root)
        result = apply(stage, batch.filter(bare))
        rows = result.batch
        if result.failed is not None:
            rows = _blanked(rows, stage, result.failed.column(0).to_numpy())
        for column in stage.columns_written():
            if batch.schema.get_field_index(column.name) < 0:
                nulls = pa.nulls(batch.num_rows, column.type)
                batch = append_columns(batch, {column.name: nulls})
        return _merged(batch, rows.select(batch.schema.names), bare)


def _blanked(batch: pa.RecordBatch, stage: Stage, failed: np.ndarray) -> pa.RecordBatch:
    """Rows on which the protecting stage failed lose what it would have rewritten."""
    hit = np.zeros(batch.num_rows, bool)
    hit[failed] = True
    columns = {}
    for column in stage.columns_written():
        at = batch.schema.get_field_index(column.name)
        if pa.types.is_string(column.type) and at >= 0:
            empty = pa.scalar("" if column.name == "text" else None, column.type)
            columns[column.name] = pc.if_else(pa.array(hit), empty, batch.column(at))
    return append_columns(batch, columns)


def _merged(batch: pa.RecordBatch, rows: pa.RecordBatch, bare: pa.Array) -> pa.RecordBatch:
    """`batch` with its rows where `bare` holds replaced by `rows`, in order."""
    mask = bare.to_numpy(zero_copy_only=False)
    take = np.arange(batch.num_rows)
    take[mask] = batch.num_rows + np.arange(rows.num_rows)
    joined = pa.Table.from_batches([batch, rows.cast(batch.schema)]).combine_chunks()
    return joined.take(pa.array(take)).combine_chunks().to_batches()[0]
