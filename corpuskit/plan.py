"""The plan: what a recipe will do, in numbers, before anything runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpuskit.exchange import Exchange
from corpuskit.expected import documents
from corpuskit.ledger import Ledger
from corpuskit.recipe import LoadedRecipe
from corpuskit.run import Options, make_state, output_path, work_path
from corpuskit.steps import PhaseStep, SegmentStep, State, Step, fan_of, steps_of

#: A worker's memory, measured on the development machine: libraries, kernels and the dictionary's
#: resident pages, and what a part's batches need on top.
_BASE_MEMORY = 350 << 20
_MECAB_MEMORY = 120 << 20

_AHEAD = "(ahead of its turn, for members of clusters only)"


@dataclass(frozen=True)
class PlannedStep:
    """One step of the plan.

    Attributes:
        step: title.
        passes: how often the texts are read in it.
        stages: versioned names of what runs in it.
        tasks: number of tasks; None where it depends on what earlier steps find.
        reused: tasks that need not run again; None where that is not known yet.
        bytes: input bytes, 0 where the step reads only keys.
    """

    step: str
    passes: int
    stages: tuple[str, ...]
    tasks: int | None
    reused: int | None
    bytes: int


@dataclass(frozen=True)
class Plan:
    """What a run will do; see `explain`."""

    recipe: str
    out: str
    sources: tuple[dict[str, Any], ...]
    steps: tuple[PlannedStep, ...]
    exchanges: tuple[dict[str, Any], ...]
    input_bytes: int
    documents: int
    documents_exact: bool
    workers: int
    memory_per_worker: int
    profiles: tuple[dict[str, Any], ...] = ()
    omitted: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The plan as data."""
        return asdict(self)

    def as_text(self) -> str:
        """The plan for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.recipe} -> {self.out}"
        yield ""
        yield "sources"
        for source in self.sources:
            readers = ", ".join(f"{n} {name}" for name, n in source["readers"].items())
            size = _size(source["bytes"])
            yield f"  {source['name']}: {source['files']} files, {size} ({readers})"
        yield ""
        yield "steps"
        for number, step in enumerate(self.steps, 1):
            yield f"  {number}. {step.step}: {_tasks(step)}"
            for stage in step.stages:
                yield f"       {stage}"
        if self.profiles:
            yield ""
            yield from self._profile_lines()
        for exchange in (e for e in self.exchanges if len(e) > 1):
            yield ""
            yield from _exchange_lines(exchange)
        yield ""
        memory = _size(self.memory_per_worker)
        about = "" if self.documents_exact else "about "
        yield f"{about}{self.documents:,} documents expected"
        yield f"{self.workers} workers, about {memory} each; {_size(self.input_bytes)} to read"

    def _profile_lines(self) -> Iterator[str]:
        yield "profiles"
        for used in self.profiles:
            where = f" for {', '.join(used['sources'])}" if used["sources"] else ""
            yield f"  {used['profile']}{where}: {used['rules']} of {used['of']} rules"
        if self.omitted:
            yield "not applied"
        for omitted in self.omitted:
            yield f"  {omitted['profile']}: {omitted['what']}: {omitted['why']}"


def _tasks(step: PlannedStep) -> str:
    count = "as many tasks as found" if step.tasks is None else f"{step.tasks} tasks"
    size = f", {_size(step.bytes)}" if step.bytes else ""
    passes = (
        f", {step.passes} pass{'es' if step.passes != 1 else ''} over the text"
        if step.passes
        else ""
    )
    reused = f", {step.reused} reused" if step.reused else ""
    return f"{count}{size}{passes}{reused}"


def _exchange_lines(exchange: dict[str, Any]) -> Iterator[str]:
    apart = ("stage", "probability", "recall", "false_candidates", "costs")
    facts = {k: v for k, v in exchange.items() if k not in apart}
    yield f"{exchange['stage']}: " + ", ".join(f"{k} {v}" for k, v in facts.items())
    curve = exchange.get("probability")
    if curve:
        yield "  Jaccard    " + "  ".join(f"{float(j):>6.2f}" for j in curve)
        yield "  P(found)   " + "  ".join(f"{p:>6.4f}" for p in curve.values())
    if "recall" in exchange:
        yield (
            f"  expected to be found: {exchange['recall']:.2%} of pairs at Jaccard >= "
            f"{exchange['bound']:g}, and {exchange['false_candidates']:.2%} of those below "
            "(if all similarities are equally frequent)"
        )
    for name, size in exchange.get("costs", {}).items():
        yield f"  {name}: {_size(size)}"


def _size(count: int) -> str:
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def explain(loaded: LoadedRecipe, options: Options | None = None) -> Plan:
    """The plan of a recipe: nothing is run, nothing is written but the work folder's lock.

    Raises:
        CorpuskitError: whatever a run would find out before it starts.
    """
    options = options or Options()
    out = output_path(loaded, options)
    work = work_path(out)
    state = make_state(loaded, work)
    expected = documents(state.inventory)
    return Plan(
        recipe=loaded.recipe.name,
        out=str(out),
        sources=tuple(_sources(state)),
        steps=tuple(_planned(state, work)),
        exchanges=tuple(_exchanges(state, expected.count)),
        input_bytes=state.inventory.bytes,
        documents=expected.count,
        documents_exact=expected.exact,
        workers=options.workers or len(os.sched_getaffinity(0)),
        memory_per_worker=_memory(state),
        profiles=tuple(asdict(used) for used in loaded.profiles),
        omitted=tuple(asdict(omitted) for omitted in loaded.omitted),
    )


def _sources(state: State) -> Iterator[dict[str, Any]]:
    for i, source in enumerate(state.loaded.recipe.sources):
        files = [(file, reader) for s, file, reader in state.inventory.files if s == i]
        readers: dict[str, int] = {}
        for _, reader in files:
            readers[reader or "unreadable"] = readers.get(reader or "unreadable", 0) + 1
        size = sum(file.size for file, _ in files)
        yield {
            "name": source.name,
            "files": len(files),
            "bytes": size,
            "readers": dict(sorted(readers.items())),
            "declared": {
                k: getattr(source, k)
                for k in ("license", "publisher", "date", "country", "legal_basis")
            },
        }


def _planned(state: State, work: Path) -> Iterator[PlannedStep]:
    """Steps with their tasks, as far as the ledger knows the receipts they hang on."""
    ledger = Ledger(work) if (work / "ledger.jsonl").exists() else None
    known = True
    try:
        for step in steps_of(state.pipeline, state.loaded.recipe.output.query_index):
            tasks = step.tasks(state) if known else None
            reused = None
            if tasks is not None:
                receipts = [ledger.done(t.key) if ledger else None for t in tasks]
                found = [r for r in receipts if r is not None]
                reused = len(found)
                known = len(found) == len(tasks)
                state.receipts[step.name] = found
            yield _step(
                state, step, len(tasks) if tasks is not None else _expected(state, step), reused
            )
    finally:
        if ledger is not None:
            ledger.close()


def _expected(state: State, step: Step) -> int | None:
    """Tasks of a step whose inputs are not known yet, where their number is."""
    if isinstance(step, SegmentStep):
        return len(state.inventory.parts)
    if isinstance(step, PhaseStep):
        exchange = state.pipeline.segments[step.number].exchanges[step.exchange]
        parts = step.phase.over == "parts"
        return None if parts else fan_of(step.phase, exchange, 0, state.partitions)
    return None


def _step(state: State, step: Step, tasks: int | None, reused: int | None) -> PlannedStep:
    stages: tuple[str, ...] = ()
    passes = 0
    if isinstance(step, SegmentStep):
        segment = state.pipeline.segments[step.number]
        stages = tuple(s.ident for s in segment.stages)
        stages += tuple(f"{e.ident} (keys)" for e in segment.exchanges)
        passes = 1
    elif isinstance(step, PhaseStep):
        ahead = state.pipeline.segments[step.number].ahead[step.exchange]
        if step.phase.name == "gather":
            stages = tuple(f"{s.ident} {_AHEAD}" for s in ahead)
        passes = 1 if step.phase.over == "parts" else 0
    size = state.inventory.bytes if isinstance(step, SegmentStep) and step.number == 0 else 0
    return PlannedStep(step.title, passes, stages, tasks, reused, size)


def _exchanges(state: State, count: int) -> Iterator[dict[str, Any]]:
    """What each exchange tells of itself, and what it costs with this many documents at most."""
    for stage in state.pipeline.used:
        if isinstance(stage, Exchange):
            facts = json.loads(json.dumps(dict(stage.explain())))
            costs = dict(stage.costs(count))
            yield {"stage": stage.ident, **facts, **({"costs": costs} if costs else {})}


def _memory(state: State) -> int:
    """What a worker is expected to need at most, in bytes."""
    batches = 8 * (4 << 20)
    largest = max((part.weight for part in state.inventory.parts), default=0)
    keys = 2 * min(largest, state.loaded.recipe.part_size) // 8
    mecab = _MECAB_MEMORY if any(s.name == "morphology" for s in state.pipeline.used) else 0
    return _BASE_MEMORY + batches + keys + mecab
