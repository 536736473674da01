"""The steps a pipeline compiles to, and the tasks of each, keyed by the content they read.

A step's tasks can be made once the receipts of the steps before it are known. `run` makes and
executes them; `plan` makes them as far as the ledger knows the receipts, to say what is reused.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

import corpuskit
from corpuskit.engines.protocol import Task
from corpuskit.errors import InputError
from corpuskit.exchange import Exchange, PartFiles, Phase, PhaseInput
from corpuskit.inventory import Inventory, Item, Part
from corpuskit.lanes import Lanes
from corpuskit.ledger import Receipt, committing, task_key
from corpuskit.pipeline import Pipeline
from corpuskit.recipe import LoadedRecipe
from corpuskit.segment import SegmentTask, StageSpec, opened
from corpuskit.stage import Stage, apply
from corpuskit.upstream import Found, Upstream

#: Below this input size one partition does; above, about one for each 256 MB, at least four: each
#: of their tasks opens a file of every part.
_ONE_PARTITION = 4 << 20


@dataclass
class State:
    """What steps know of a run: what it is, and the receipts so far by step."""

    loaded: LoadedRecipe
    pipeline: Pipeline
    inventory: Inventory
    work: Path
    plugins: tuple[Path, ...]
    plugin_digests: tuple[str, ...]
    receipts: dict[str, list[Receipt]] = field(default_factory=dict)

    @property
    def partitions(self) -> int:
        """Partitions of an exchange; hangs on the input alone."""
        size = self.inventory.bytes
        return 1 if size < _ONE_PARTITION else min(max(4, size >> 28), 1024)

    def path(self, receipt: Receipt, role: str) -> Path | None:
        """Where a receipt's file is, if it has one of that role."""
        file = receipt.files.get(role)
        return self.work / file.path if file else None


class Step(Protocol):
    """One stretch of a run: tasks that need nothing of each other."""

    @property
    def name(self) -> str:
        """Names the step in the state."""

    @property
    def title(self) -> str:
        """For people."""

    def tasks(self, state: State) -> list[Task]:
        """The tasks, given the receipts of all steps before."""


@functools.cache
def code_digest() -> str:
    """sha256 of the package's source files: another program, other keys."""
    root = Path(corpuskit.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def spec_of(stage: Any) -> StageSpec:
    """A stage as it is sent to workers."""
    return stage.ident, stage.params.model_dump_json()


def outside_digests(stages: Sequence[Stage | Exchange]) -> list[str]:
    """sha256 of the files from outside the run that stages look at, and what else counts there."""
    found = [_digest_of(path) for stage in stages for path in stage.inputs()]
    return found + [fact for stage in stages for fact in stage.facts()]


def _digest_of(path: Path) -> str:
    try:
        stat = path.stat()
        return _file_sha256(path, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise InputError(f"{error.strerror}: {path}", "check the path in the recipe") from error


@functools.lru_cache(4096)
def _file_sha256(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _file_digest(receipt: Receipt, role: str) -> str:
    file = receipt.files.get(role)
    return file.sha256 if file else ""


def _item_key(item: Item) -> list[Any]:
    piece = item.piece
    return [
        item.file.uri,
        item.file.sha256,
        item.reader,
        item.error,
        piece.start,
        piece.stop,
        piece.first,
    ]


@dataclass(frozen=True)
class SegmentStep:
    """Streaming stages over every part."""

    number: int

    @property
    def name(self) -> str:
        """Such as ``segment0``."""
        return f"segment{self.number}"

    @property
    def title(self) -> str:
        """For people."""
        return "read and stream" if self.number == 0 else "stream on"

    def tasks(self, state: State) -> list[Task]:
        """One task for each part."""
        return [self._task(state, i, part) for i, part in enumerate(state.inventory.parts)]

    def _task(self, state: State, i: int, part: Part) -> Task:
        recipe, segment = state.loaded.recipe, state.pipeline.segments[self.number]
        source = recipe.sources[part.source]
        upstream = None if self.number == 0 else upstream_of(state, self.number, i)
        last = self.number == len(state.pipeline.segments) - 1
        declared = source.model_dump(mode="json", exclude={"path"})
        stages = tuple(spec_of(s) for s in segment.stages)
        exchanges = tuple(spec_of(e) for e in segment.exchanges)
        lanes = lanes_of(state) if last else None
        key = task_key(
            op="segment",
            code=code_digest(),
            plugins=state.plugin_digests,
            stages=stages,
            exchanges=exchanges,
            partitions=state.partitions if exchanges else 0,
            schema=state.pipeline.segments[self.number].schema.to_string(),
            study=state.pipeline.study,
            meta=recipe.output.meta,
            lanes=repr(lanes),
            source=declared,
            items=[_item_key(item) for item in part.items] if upstream is None else [],
            upstream=_upstream_key(state, self.number, i) if upstream is not None else [],
            limits=recipe.limits.model_dump(mode="json") if upstream is None else {},
            outside=outside_digests([*segment.stages, *segment.exchanges]),
        )
        payload = SegmentTask(
            key=key,
            work=state.work,
            root=state.loaded.base,
            plugins=state.plugins,
            stages=stages,
            exchanges=exchanges,
            partitions=state.partitions,
            schema=segment.schema,
            source=source,
            part=part if upstream is None else None,
            upstream=upstream,
            lanes=lanes,
            study=state.pipeline.study,
            network=recipe.network,
            meta=recipe.output.meta,
            limits=recipe.limits,
        )
        weight = part.weight if upstream is None else _text_bytes(state, self.number - 1, i)
        return Task(key, "corpuskit.segment:run", payload, weight)


def lanes_of(state: State) -> Lanes:
    """How the recipe sorts kept documents."""
    output = state.loaded.recipe.output
    buckets = 1
    if output.shuffle is not None:
        buckets = min(max(1, -(-state.inventory.bytes // output.shard_size)), 4096)
    return Lanes(output.splits.validation, output.splits.test, output.shuffle, buckets)


def _text_bytes(state: State, number: int, i: int) -> int:
    return sum(size for _, _, size in state.receipts[f"segment{number}"][i].counts["batches"])


def _bases(state: State, number: int) -> list[int]:
    """Number of the first document of each part, and the total."""
    bases = [0]
    for receipt in state.receipts[f"segment{number}"]:
        bases.append(bases[-1] + receipt.counts["rows"])
    return bases


def upstream_of(state: State, number: int, i: int) -> Upstream:
    """What part `i` of segment `number` reads."""
    before = state.pipeline.segments[number - 1]
    receipt = state.receipts[f"segment{number - 1}"][i]
    outcomes = tuple(
        Found.of(exchange, outcome_files(state, number - 1, e))
        for e, exchange in enumerate(before.exchanges)
    )
    base = _bases(state, number - 1)[i]
    return Upstream(state.path(receipt, "data"), base, receipt.counts["rows"], outcomes)


def _upstream_key(state: State, number: int, i: int) -> list[Any]:
    before = state.pipeline.segments[number - 1]
    outcomes = [
        [_file_digest(r, "out") for r in state.receipts[_last_phase(number - 1, e, exchange)]]
        for e, exchange in enumerate(before.exchanges)
    ]
    receipt = state.receipts[f"segment{number - 1}"][i]
    return [_file_digest(receipt, "data"), _bases(state, number - 1)[i], outcomes]


def _last_phase(number: int, e: int, exchange: Exchange) -> str:
    return f"segment{number}.{e}.{exchange.phases()[-1].name}"


def outcome_files(state: State, number: int, e: int) -> tuple[Path, ...]:
    """Outcome files of an exchange, in task order."""
    exchange = state.pipeline.segments[number].exchanges[e]
    receipts = state.receipts[_last_phase(number, e, exchange)]
    return tuple(state.work / r.files["out"].path for r in receipts)


@dataclass(frozen=True)
class PhaseTask:
    """Everything a worker needs for one task of an exchange's phase."""

    key: str
    work: Path
    plugins: tuple[Path, ...]
    exchange: StageSpec
    phase: str
    index: int
    partitions: int
    parts: tuple[PartFiles, ...]
    earlier: Mapping[str, tuple[Path, ...]]
    removed: tuple[Path, ...]
    root: Path = Path()
    ahead: tuple[StageSpec, ...] = ()


def run_phase(task: PhaseTask) -> Receipt:
    """Run one task of a phase and commit its file."""
    import time

    start = time.process_time()
    exchange: Exchange = opened(task.plugins, task.exchange, task.root)
    phase = next(p for p in exchange.phases() if p.name == task.phase)
    with committing(task.work, task.key) as commit:
        out = commit.reserve("out")
        given = PhaseInput(
            task.index, task.partitions, task.parts, task.earlier, task.removed, out,
            functools.partial(_ahead, task),
        )  # fmt: skip
        counts = phase.run(given)
        files = commit.finish()
    spent = {f"{exchange.ident} {task.phase}": time.process_time() - start}
    return Receipt(task.key, files, dict(counts), spent)


def _ahead(task: PhaseTask, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Columns that later stages will write, for rows that a phase needs them of.

    Verdicts count when the stages come in their turn; a row that a stage fails on has nulls.
    """
    for spec in task.ahead:
        batch = apply(opened(task.plugins, spec, task.root), batch).batch
    return batch


@dataclass(frozen=True)
class PhaseStep:
    """One phase of an exchange."""

    number: int
    exchange: int
    phase: Phase
    ident: str

    @property
    def name(self) -> str:
        """Such as ``segment0.1.bands``."""
        return f"segment{self.number}.{self.exchange}.{self.phase.name}"

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.ident} {self.phase.name}"

    def tasks(self, state: State) -> list[Task]:
        """One task for each part or partition, or a single one."""
        parts, digests = self._parts(state)
        segment = state.pipeline.segments[self.number]
        exchange = segment.exchanges[self.exchange]
        fan = fan_of(self.phase, exchange, len(parts), state.partitions)
        ahead = tuple(spec_of(s) for s in segment.ahead[self.exchange])
        earlier = self._earlier(state, exchange)
        removed = tuple(
            path for e in range(self.exchange) for path in outcome_files(state, self.number, e)
        )
        upstream = hashlib.sha256(
            json.dumps([digests, *self._receipt_digests(state, exchange)]).encode()
        ).hexdigest()
        tasks = []
        for index in range(fan):
            key = task_key(
                op="phase",
                code=code_digest(),
                plugins=state.plugin_digests,
                exchange=spec_of(exchange),
                phase=self.phase.name,
                index=index,
                partitions=state.partitions,
                upstream=upstream,
                ahead=ahead,
                outside=outside_digests([exchange, *segment.ahead[self.exchange]]),
            )
            payload = PhaseTask(
                key, state.work, state.plugins, spec_of(exchange), self.phase.name, index,
                state.partitions, parts, earlier, removed, state.loaded.base, ahead,
            )  # fmt: skip
            tasks.append(Task(key, "corpuskit.steps:run_phase", payload))
        return tasks

    def _parts(self, state: State) -> tuple[tuple[PartFiles, ...], list[list[Any]]]:
        """Parts with documents in them, and the digests of their files."""
        parts, digests = [], []
        bases = _bases(state, self.number)
        for receipt, base in zip(state.receipts[f"segment{self.number}"], bases, strict=False):
            data, keys = state.path(receipt, "data"), state.path(receipt, f"keys{self.exchange}")
            if data is not None and keys is not None:
                parts.append(PartFiles(base, receipt.counts["rows"], data, keys))
                names = ("data", f"keys{self.exchange}")
                digests.append([base, *(_file_digest(receipt, n) for n in names)])
        return tuple(parts), digests

    def _before(self, exchange: Exchange) -> list[str]:
        names = [p.name for p in exchange.phases()]
        return names[: names.index(self.phase.name)]

    def _earlier(self, state: State, exchange: Exchange) -> dict[str, tuple[Path, ...]]:
        step = f"segment{self.number}.{self.exchange}"
        return {
            name: tuple(state.work / r.files["out"].path for r in state.receipts[f"{step}.{name}"])
            for name in self._before(exchange)
        }

    def _receipt_digests(self, state: State, exchange: Exchange) -> list[list[str]]:
        """Digests of this exchange's earlier phases and of the outcomes before it."""
        names = [f"segment{self.number}.{self.exchange}.{n}" for n in self._before(exchange)]
        for e in range(self.exchange):
            other = state.pipeline.segments[self.number].exchanges[e]
            names.append(_last_phase(self.number, e, other))
        return [[_file_digest(r, "out") for r in state.receipts[name]] for name in names]


def fan_of(phase: Phase, exchange: Exchange, parts: int, partitions: int) -> int:
    """How many tasks a phase has."""
    if phase.over == "inputs":
        return len(exchange.inputs())
    return {"parts": parts, "partitions": partitions, "all": 1}[phase.over]


def steps_of(pipeline: Pipeline, lookup: bool = False) -> Sequence[Step]:
    """All steps in order, up to the tables and indexes; `lookup`: that of queries too."""
    from corpuskit.indexing import IndexStep, indexed
    from corpuskit.tables import TableStep
    from corpuskit.trust.lookupindex import LookupStep

    steps: list[Step] = []
    for number, segment in enumerate(pipeline.segments):
        steps.append(SegmentStep(number))
        for e, exchange in enumerate(segment.exchanges):
            steps.extend(PhaseStep(number, e, phase, exchange.ident) for phase in exchange.phases())
    indexes: list[Step] = [IndexStep()] if indexed(pipeline) else []
    return [*steps, TableStep(), *indexes, *([LookupStep()] if lookup else [])]
