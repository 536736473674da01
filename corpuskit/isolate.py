"""Finds what kills its worker, and has it quarantined.

A worker that dies while it reads leaves a note of the file or member it was reading. Otherwise a
record is at fault: a segment's task can be run over a window of its records, and the smallest
window that still kills names the record; the task then runs without it. Probes are thrown away.
"""

from __future__ import annotations

import time
from dataclasses import replace

from corpuskit.engines.protocol import Engine, Outcome, Task
from corpuskit.errors import WorkerError
from corpuskit.ledger import Receipt
from corpuskit.segment import SegmentTask
from corpuskit.watch import Dead, Note, note_path, read_note, reason

#: A part with more deadly records than this is given up: something else is wrong.
MOST = 32
#: How much more a file may take that is tried a second time, alone.
RAISED = 4


def isolate(task: Task, engine: Engine, died: str) -> Receipt:
    """The receipt of a task whose worker died, with what is at fault quarantined.

    A file or member that was being read is tried once more with raised limits. Anything else is
    tried once more as it was, then the record at fault is looked for.

    Raises:
        WorkerError: the task is not a segment's, or no record can be named.
    """
    payload = task.payload
    if not isinstance(payload, SegmentTask):
        return _once_more(task, engine)
    for attempt in range(2 * MOST):
        note = read_note(note_path(payload.work, payload.key))
        if note is not None:
            payload = _relieved(payload, note, reason(note, died, time.time()))
        elif attempt:
            payload = _without_culprit(task, payload, engine, died)
        outcome = next(iter(engine.map([replace(task, payload=payload)])))
        if not outcome.died:
            return _receipt(outcome)
        died = outcome.died
    raise WorkerError(f"more than {MOST} records of one part kill their worker ({died})")


def _once_more(task: Task, engine: Engine) -> Receipt:
    outcome = next(iter(engine.map([task])))
    if outcome.died:
        raise WorkerError(
            f"the worker died twice in {task.function} ({outcome.died})",
            "it may have run out of memory: use fewer workers, or a smaller part_size",
        )
    return _receipt(outcome)


def _relieved(payload: SegmentTask, note: Note, error: str) -> SegmentTask:
    """The payload with limits raised for what was being read, or without it at a second death."""
    if note.where in payload.raised:
        return replace(payload, dead={**payload.dead, note.where: Dead(error, note.step)})
    return replace(payload, raised={**payload.raised, note.where: RAISED})


def _receipt(outcome: Outcome) -> Receipt:
    if outcome.receipt is None:
        raise outcome.error or WorkerError("a task ended without a receipt")
    return outcome.receipt


def _try(task: Task, payload: SegmentTask, engine: Engine) -> Receipt | None:
    outcome = next(iter(engine.map([replace(task, payload=payload)])))
    return None if outcome.died else _receipt(outcome)


def _survives(task: Task, payload: SegmentTask, engine: Engine) -> bool:
    probe = replace(payload, key=f"{payload.key}-probe")
    return _try(task, probe, engine) is not None


def _without_culprit(task: Task, payload: SegmentTask, engine: Engine, died: str) -> SegmentTask:
    """The payload with one more record left out."""
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
