"""Finds the record that kills its worker, by halving, and has it quarantined.

A segment's task can be run over a window of its records. The smallest window that still kills
names the record; the task then runs once more without it. Probes are thrown away.
"""

from __future__ import annotations

from dataclasses import replace

from corpuskit.engines.protocol import Engine, Task
from corpuskit.errors import WorkerError
from corpuskit.inventory import Part
from corpuskit.ledger import Receipt
from corpuskit.segment import SegmentTask

#: A part with more deadly records than this is given up: something else is wrong.
MOST = 32


def isolate(task: Task, engine: Engine, died: str) -> Receipt:
    """The receipt of a task whose worker died twice, with the records at fault quarantined.

    Raises:
        WorkerError: the task is not a segment's, or no record can be named.
    """
    payload = task.payload
    if not isinstance(payload, SegmentTask):
        raise WorkerError(
            f"the worker died twice in {task.function} ({died})",
            "it may have run out of memory: use fewer workers, or a smaller part_size",
        )
    for _ in range(MOST):
        receipt = _try(task, payload, engine)
        if receipt is not None:
            return receipt
        payload = _without_culprit(task, payload, engine, died)
    raise WorkerError(f"more than {MOST} records of one part kill their worker ({died})")


def _try(task: Task, payload: SegmentTask, engine: Engine) -> Receipt | None:
    outcome = next(iter(engine.map([replace(task, payload=payload)])))
    if outcome.died:
        return None
    if outcome.receipt is None:
        raise outcome.error or WorkerError("a task ended without a receipt")
    return outcome.receipt


def _survives(task: Task, payload: SegmentTask, engine: Engine) -> bool:
    probe = replace(payload, key=f"{payload.key}-probe")
    return _try(task, probe, engine) is not None


def _without_culprit(task: Task, payload: SegmentTask, engine: Engine, died: str) -> SegmentTask:
    """The payload with one more record, or one more item, left out."""
    if not _survives(task, replace(payload, window=(0, 0)), engine):
        return _without_item(task, payload, engine, died)
    high = 1
    while _survives(task, replace(payload, window=(0, high)), engine):
        if high > 1 << 40:
            raise WorkerError(f"a worker dies on a part, but on none of its records ({died})")
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if _survives(task, replace(payload, window=(low, middle)), engine):
            low = middle
        else:
            high = middle
    if low in payload.poison:
        raise WorkerError(f"a worker dies on a part, but on none of its records ({died})")
    return replace(payload, poison=payload.poison | {low})


def _without_item(task: Task, payload: SegmentTask, engine: Engine, died: str) -> SegmentTask:
    """Reading itself kills: find the file."""
    items = payload.part.items if payload.part else ()
    for i, item in enumerate(items):
        if i in payload.dead_items:
            continue
        alone = replace(payload, part=Part(payload.part.source, (item,)), window=(0, 0),  # type: ignore[union-attr]
                        dead_items=frozenset())  # fmt: skip
        if not _survives(task, alone, engine):
            return replace(payload, dead_items=payload.dead_items | {i})
    raise WorkerError(f"a worker dies while reading a part, but on none of its files ({died})")
