"""The worker's side of a streaming segment: read a part, run the stages, write what became of it.

Everything here is a function of the task's payload: no clock, no worker number, no arrival order.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import REJECTION, append_columns
from corpuskit.errors import StageError
from corpuskit.exchange import Exchange
from corpuskit.fates import BatchFile, Fates, rejection, text_bytes, without
from corpuskit.intake import Counts, Intake
from corpuskit.inventory import Part
from corpuskit.lanes import Lanes
from corpuskit.ledger import Commit, Receipt, committing
from corpuskit.pipeline import PENDING, make_stage
from corpuskit.recipe import Limits, Source
from corpuskit.registry import Registry
from corpuskit.stage import Stage, apply
from corpuskit.upstream import Divider, Upstream, batches
from corpuskit.watch import Dead, Watch, Where, note_path

StageSpec = tuple[str, str]


@dataclass(frozen=True)
class SegmentTask:
    """Everything a worker needs to run one segment over one part.

    Attributes:
        key: names the result.
        work: the work folder.
        root: the recipe's folder, where paths in parameters start.
        plugins: plug-in files, absolute.
        stages: (name, parameters as JSON) of the streaming stages.
        exchanges: the same of the exchanges whose keys are computed at the end.
        partitions: how many partitions the keys are spread over.
        schema: columns of a batch that leaves the segment.
        source: the part's source as the recipe declares it.
        part: what to read, in a first segment.
        upstream: what to read, in a later one.
        lanes: how the last segment sorts documents into splits, or None.
        study: verdicts travel along instead of ending a document's way.
        network: whether readers may use the network.
        meta: whether to keep the other input fields.
        window: record numbers ``[start, stop)`` to process, to find one that kills its worker.
        poison: record numbers that killed their worker; they are quarantined.
        dead: files and members whose reading killed the worker, and how; they are quarantined.
        raised: factor of the limits by file or member, where a first try passed them.
        limits: seconds of CPU and bytes that one step of a reader may take.
    """

    key: str
    work: Path
    root: Path
    plugins: tuple[Path, ...]
    stages: tuple[StageSpec, ...]
    exchanges: tuple[StageSpec, ...]
    partitions: int
    schema: pa.Schema
    source: Source
    part: Part | None = None
    upstream: Upstream | None = None
    lanes: Lanes | None = None
    study: bool = False
    network: bool = False
    meta: bool = True
    window: tuple[int, int] | None = None
    poison: frozenset[int] = frozenset()
    dead: Mapping[Where, Dead] = field(default_factory=dict)
    raised: Mapping[Where, int] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


_OPENED: dict[tuple[tuple[Path, ...], StageSpec, Path], Any] = {}
_REGISTRIES: dict[tuple[Path, ...], Registry] = {}


def registry_of(plugins: tuple[Path, ...]) -> Registry:
    """The registry of this process for a set of plug-in files."""
    if plugins not in _REGISTRIES:
        _REGISTRIES[plugins] = Registry(plugins)
    return _REGISTRIES[plugins]


def opened(plugins: tuple[Path, ...], spec: StageSpec, root: Path) -> Any:
    """A stage or exchange, made and opened once per worker."""
    found = _OPENED.get((plugins, spec, root))
    if found is None:
        found = make_stage(registry_of(plugins), spec[0], json.loads(spec[1]))
        found.root = root
        found.open()
        _OPENED[(plugins, spec, root)] = found
    return found


def run(task: SegmentTask) -> Receipt:
    """Run one segment over one part and commit its files."""
    with committing(task.work, task.key) as commit:
        return _Run(task, commit).receipt()


class _Run:
    """One task while it runs."""

    def __init__(self, task: SegmentTask, commit: Commit) -> None:
        self._task, self._commit = task, commit
        self._stages: list[Stage] = [opened(task.plugins, s, task.root) for s in task.stages]
        self._exchanges: list[Exchange] = [
            opened(task.plugins, s, task.root) for s in task.exchanges
        ]
        self._fates = Fates.create(commit, task.schema)
        self._data = BatchFile(commit, "data", task.schema)
        self._keys: list[list[pa.RecordBatch]] = [[] for _ in self._exchanges]
        self._counts = Counts()
        self._spent: dict[str, float] = defaultdict(float)
        self._seen = 0

    def receipt(self) -> Receipt:
        """Process everything and commit."""
        for batch in self._input():
            self._process(batch)
        self._fates.close()
        self._data.close()
        for i, exchange in enumerate(self._exchanges):
            self._write_keys(i, exchange)
        start = time.process_time()
        files = self._commit.finish()
        self._spend("commit", start)
        return Receipt(self._task.key, files, self._counted(), dict(self._spent))

    def _counted(self) -> dict[str, Any]:
        counts = self._counts
        return {
            "rows": self._data.rows,
            "batches": self._data.batches,
            "read": counts.read,
            "skipped": {uri: dict(sorted(n.items())) for uri, n in counts.skipped.items()},
            "files": counts.files,
            "entered": dict(counts.entered),
            "text_bytes": counts.text_bytes,
            **self._fates.counts(),
        }

    def _spend(self, name: str, start: float) -> None:
        self._spent[name] += time.process_time() - start

    # --- input ------------------------------------------------------------------------------------

    def _input(self) -> Iterator[pa.RecordBatch]:
        source = self._intake() if self._task.part is not None else self._divided()
        while True:
            start = time.process_time()
            batch = next(source, None)
            self._spend("read", start)
            if batch is None:
                return
            self._counts.text_bytes += text_bytes(batch)
            yield self._windowed(batch)

    def _windowed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Leave out records that are not this task's to process (see `window`, `poison`)."""
        first, self._seen = self._seen, self._seen + batch.num_rows
        if self._task.window is None and not self._task.poison:
            return batch
        numbers = np.arange(first, self._seen)
        dead = np.isin(numbers, list(self._task.poison))
        if self._task.window is not None:
            start, stop = self._task.window
            return batch.filter(pa.array((numbers >= start) & (numbers < stop) & ~dead))
        if dead.any():
            self._bury(batch.filter(pa.array(dead)))
        return batch.filter(pa.array(~dead))

    def _bury(self, batch: pa.RecordBatch) -> None:
        """Quarantine records that killed their worker."""
        n = batch.num_rows
        message = "a worker died on this record, and so did its replacement"
        errors = pa.RecordBatch.from_pydict(
            {"error": ["worker_died"] * n, "message": [message] * n}
        )
        self._fates.isolate(batch, "worker", errors)

    def _intake(self) -> Iterator[pa.RecordBatch]:
        task = self._task
        if task.part is None:
            return
        limits = task.limits
        watch = Watch(note_path(task.work, task.key), limits.seconds, limits.memory, task.raised)
        intake = Intake(
            task.source,
            registry_of(task.plugins),
            self._fates,
            self._counts,
            watch,
            task.network,
            task.meta,
        )
        yield from intake.records(task.part, task.dead)
        watch.close()

    def _divided(self) -> Iterator[pa.RecordBatch]:
        upstream = self._task.upstream
        if upstream is None or upstream.data is None:
            return
        divider, number = Divider(upstream), upstream.base
        for batch in batches(upstream.data):
            split = divider.divide(batch, number)
            number += batch.num_rows
            if split.removed.num_rows:
                self._fates.duplicate(split.removed, split.evidence)
            for stage, rows in split.emptied:
                if rows.num_rows:
                    self._fates.reject(rows, _nothing_left(stage, rows.num_rows))
            yield split.kept

    # --- stages -----------------------------------------------------------------------------------

    def _process(self, batch: pa.RecordBatch) -> None:
        if self._task.study and batch.schema.get_field_index(PENDING[0]) < 0:
            nulls = {f"_{f.name}": pa.nulls(batch.num_rows, f.type) for f in REJECTION}
            batch = append_columns(batch, nulls)
        for stage in self._stages:
            if batch.num_rows == 0:
                return
            start = time.process_time()
            self._counts.entered[stage.ident] += batch.num_rows
            batch = self._applied(stage, batch)
            self._spend(stage.ident, start)
        if batch.num_rows == 0:
            return
        start = time.process_time()
        if self._task.lanes is not None:
            batch = self._judge(batch)
            for lane, rows in self._task.lanes.sort(batch):
                self._data.write(rows, lane)
        else:
            for i, exchange in enumerate(self._exchanges):
                self._collect_keys(i, exchange, batch)
            start = time.process_time()
            self._data.write(batch)
        self._spend("write", start)

    def _applied(self, stage: Stage, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Run one stage; rejected and failed rows go where they belong."""
        result = apply(stage, batch)
        batch = result.batch
        gone = []
        if result.failed is not None:
            rows = result.failed.column(0).to_numpy()
            self._fates.isolate(
                batch.take(result.failed.column(0)),
                stage.ident,
                result.failed.select(["error", "message"]),
            )
            gone.append(rows)
        if result.rejected is not None:
            rejected = result.rejected
            if gone:
                rejected = rejected.filter(
                    pa.array(~np.isin(rejected.column(0).to_numpy(), gone[0]))
                )
            if self._task.study:
                batch = _mark(batch, stage.ident, rejected)
            else:
                self._fates.reject(batch.take(rejected.column(0)), rejection(stage.ident, rejected))
                gone.append(rejected.column(0).to_numpy())
        return without(batch, np.concatenate(gone)) if gone else batch

    def _judge(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Study mode: the verdicts that travelled along take effect at the very end."""
        if not self._task.study:
            return batch
        pending = pc.is_valid(batch.column(PENDING[0]))
        if pc.any(pending).as_py():
            gone = batch.filter(pending)
            reasons = pa.RecordBatch.from_arrays(
                [gone.column(n) for n in PENDING], schema=REJECTION
            )
            self._fates.reject(gone, reasons)
        return batch.filter(pc.invert(pending))

    # --- keys -------------------------------------------------------------------------------------

    def _collect_keys(self, i: int, exchange: Exchange, batch: pa.RecordBatch) -> None:
        start = time.process_time()
        self._counts.entered[exchange.ident] += batch.num_rows
        rows = pa.array(np.arange(self._data.rows, self._data.rows + batch.num_rows), pa.int64())
        if self._task.study:
            active = pc.is_null(batch.column(PENDING[0]))
            batch, rows = batch.filter(active), rows.filter(active)
        keys = exchange.keys(batch)
        if keys.num_rows != batch.num_rows:
            raise StageError(
                f"{exchange.ident} returned {keys.num_rows} keys for {batch.num_rows} rows"
            )
        self._keys[i].append(keys.append_column("row", rows))
        self._spend(exchange.ident, start)

    def _write_keys(self, i: int, exchange: Exchange) -> None:
        if not self._keys[i]:
            return
        start = time.process_time()
        pieces = exchange.spread(pa.Table.from_batches(self._keys[i]), self._task.partitions)
        sink = self._commit.create(f"keys{i}")
        with pa.ipc.new_file(sink, pieces[0].schema) as writer:
            for piece in pieces:
                writer.write_batch(piece)
        self._spend(exchange.ident, start)


def _nothing_left(stage: str, n: int) -> pa.RecordBatch:
    """Reasons of documents whose text an exchange took out as a whole."""
    columns = [[stage] * n, ["characters_left"] * n, [0.0] * n, [">= 1"] * n]
    arrays = [pa.array(v, t) for v, t in zip(columns, REJECTION.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=REJECTION)


def _mark(batch: pa.RecordBatch, stage: str, verdicts: pa.RecordBatch) -> pa.RecordBatch:
    """Note a stage's verdicts on documents that have none yet."""
    rows = verdicts.column(0).to_numpy()
    index = np.full(batch.num_rows, -1, np.int64)
    index[rows] = np.arange(len(rows))
    free = pc.is_null(batch.column(PENDING[0])).to_numpy(zero_copy_only=False)
    here = pa.array((index >= 0) & free)
    take = pa.array(index, mask=index < 0)
    reasons = rejection(stage, verdicts)
    columns = {
        name: pc.if_else(here, reasons.column(i).take(take), batch.column(name))
        for i, name in enumerate(PENDING)
    }
    return append_columns(batch, columns)
