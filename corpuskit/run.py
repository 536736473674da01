"""Runs a recipe: steps on an engine, every record accounted for, one dataset at the end.

Workers commit files; this process alone writes the ledger, adds up the counts, and moves the
finished dataset into place. Stopped at any moment, the same command goes on where it was.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.assemble import Finished, assemble, check_output, recover
from corpuskit.engines.protocol import Engine, Outcome, Task
from corpuskit.errors import CorpuskitError, InputError, OutputError, StageError, WorkerError
from corpuskit.inventory import take
from corpuskit.isolate import isolate
from corpuskit.ledger import Ledger, Receipt
from corpuskit.pipeline import build, plugin_paths
from corpuskit.recipe import LoadedRecipe
from corpuskit.registry import Registry, missing_extra
from corpuskit.steps import State, Step, steps_of

#: Called with (step title, tasks done, tasks in all, input bytes done) whenever a task ends.
Progress = Callable[[str, int, int, int], None]


@dataclass(frozen=True)
class Options:
    """How to run, as against what: none of it changes the dataset.

    Attributes:
        out: where the dataset goes instead of the recipe's `output.path`.
        workers: processes; 0 means one per CPU.
        engine: ``local`` or ``ray``.
        address: of an existing Ray cluster, or None for a local one.
        fresh: ignore what earlier runs left.
        keep_work: keep the step files after success.
        overwrite: replace another recipe's dataset.
    """

    out: Path | None = None
    workers: int = 0
    engine: str = "local"
    address: str | None = None
    fresh: bool = False
    keep_work: bool = False
    overwrite: bool = False


def output_path(loaded: LoadedRecipe, options: Options) -> Path:
    """Where the dataset goes."""
    return (options.out or Path(loaded.resolve(loaded.recipe.output.path))).absolute()


def work_path(out: Path) -> Path:
    """Where step files lie while a run is under way: ``OUT.work``."""
    return out.with_name(out.name + ".work")


def make_state(loaded: LoadedRecipe, work: Path) -> State:
    """Check the recipe and take the inventory: everything that is found out before a run."""
    plugins = plugin_paths(loaded)
    registry = Registry(plugins)
    pipeline = build(loaded, registry)
    for stage in pipeline.used:
        stage.inputs()  # what is missing or broken is said before anything runs
    inventory = take(loaded, registry)
    names = {s.name for s in pipeline.used}
    used = [registry.stages[n] for n in sorted(names) if n in registry.stages]
    used += registry.readers.values()  # a plug-in's readers may read any file
    digests = tuple(sorted({entry.digest for entry in used if entry.digest}))
    return State(loaded, pipeline, inventory, work, plugins, digests)


def make_engine(options: Options) -> Engine:
    """The engine by name; Ray is imported only here."""
    if options.engine == "local":
        from corpuskit.engines.local import LocalEngine

        return LocalEngine(options.workers)
    try:
        from corpuskit.engines.ray import RayEngine
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or "ray") from None
    return RayEngine(options.workers, options.address)


def run(
    loaded: LoadedRecipe, options: Options | None = None, progress: Progress | None = None
) -> Finished:
    """Run a recipe and put the dataset in place.

    Raises:
        CorpuskitError: each kind says what happened and what to do; see `corpuskit.errors`.
    """
    options = options or Options()
    out = output_path(loaded, options)
    work = work_path(out)
    started = time.time()
    engine = make_engine(options)
    try:
        state = make_state(loaded, work)
        recover(out, work)
        check_output(out, loaded, options.overwrite)
        return _locked_run(state, out, options, engine, progress, started)
    except OSError as error:
        raise disk_error(error, work) from error
    finally:
        engine.close()


def _locked_run(
    state: State,
    out: Path,
    options: Options,
    engine: Engine,
    progress: Progress | None,
    started: float,
) -> Finished:
    """The run itself, with the work folder locked."""
    ledger = Ledger(state.work, fresh=options.fresh)
    try:
        runner = Runner(state, ledger, engine, progress)
        for step in steps_of(state.pipeline, state.loaded.recipe.output.query_index):
            state.receipts[step.name] = runner.execute(step)
        return assemble(state, out, options.keep_work, started, engine.name, runner.reused)
    finally:
        ledger.close()
        _remove_empty(state.work)


def _remove_empty(work: Path) -> None:
    """Remove a work folder that holds nothing but the lock."""
    with suppress(OSError):
        if all(path.name == "lock" for path in work.iterdir()):
            (work / "lock").unlink()
            work.rmdir()


def disk_error(error: OSError, where: Path) -> CorpuskitError:
    """What an operating system error means to the user."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(
            f"the disk is full while writing {where}",
            "free some space and run the same command again: it goes on where it was",
        )
    name = error.filename or where
    return InputError(f"{error.strerror or error}: {name}", "check that the path can be used")


class Runner:
    """Executes steps and keeps the ledger.

    Args:
        state: what is run, and the receipts so far.
        ledger: what is done already.
        engine: where tasks run.
        progress: told whenever a task ends.
    """

    def __init__(
        self, state: State, ledger: Ledger, engine: Engine, progress: Progress | None = None
    ) -> None:
        self._state, self._ledger, self._engine, self._progress = state, ledger, engine, progress
        self.reused = 0

    def execute(self, step: Step) -> list[Receipt]:
        """Run a step's tasks that are not done yet; receipts in task order."""
        tasks = step.tasks(self._state)
        receipts: dict[str, Receipt] = {}
        missing = []
        for task in tasks:
            done = self._ledger.done(task.key)
            if done is None:
                missing.append(task)
            else:
                receipts[task.key] = done
        self.reused += len(receipts)
        unique = {task.key: task for task in missing}
        weights = sum(task.weight for task in tasks if task.key in receipts)
        self._tell(step, len(receipts), len(tasks), weights)
        for receipt, task in self._run(unique.values()):
            self._ledger.record(receipt)
            receipts[receipt.key] = receipt
            weights += task.weight
            self._tell(step, len(receipts), len(tasks), weights)
        return [receipts[task.key] for task in tasks]

    def _tell(self, step: Step, done: int, total: int, weight: int) -> None:
        if self._progress is not None:
            self._progress(step.title, done, total, weight)

    def _run(self, tasks: Iterable[Task]) -> Iterator[tuple[Receipt, Task]]:
        """Receipts as they come; a task whose worker died is tried again alone, then isolated."""
        died = []
        for outcome in self._engine.map(tasks):
            if outcome.died:
                died.append((outcome.task, outcome.died))
            else:
                yield _receipt(outcome), outcome.task
        for task, how in died:
            yield isolate(task, self._engine, how), task


def _receipt(outcome: Outcome) -> Receipt:
    """The receipt of an outcome, or its error raised here."""
    if outcome.receipt is not None:
        return outcome.receipt
    error = outcome.error
    if isinstance(error, CorpuskitError | OSError | KeyboardInterrupt):
        raise error
    if error is None:
        raise WorkerError(f"the worker died: {outcome.died}")
    notes = "\n".join(getattr(error, "__notes__", []))
    raise StageError(
        f"a task failed: {type(error).__name__}: {error}\n{notes}",
        "this is a bug in corpuskit or in a stage; the notes above say where",
    ) from error


def machine() -> dict[str, Any]:
    """What `run.json` says of the machine; never part of the manifest."""
    import platform

    return {
        "system": platform.system(),
        "release": platform.release(),
        "processor": platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
    }
