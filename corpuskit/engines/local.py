"""The local engine: a pool of worker processes, each on its own pipe.

A worker that dies is replaced, and the task it held is known exactly. Workers end when the parent
does: their pipe closes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from corpuskit.engines.protocol import Outcome, Task

_PRELOAD = "corpuskit.engines.preload"


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: Task | None = None


def _has_forkserver() -> bool:
    return "forkserver" in multiprocessing.get_all_start_methods()


def start_forkserver() -> None:
    """Start what workers are forked from; it loads everything while the parent does other things.

    A second call does nothing.
    """
    if _has_forkserver():
        multiprocessing.get_context("forkserver").set_forkserver_preload([_PRELOAD])
        forkserver.ensure_running()


class LocalEngine:
    """Runs tasks in `workers` processes.

    Args:
        workers: number of processes; 0 means one for each CPU this process may use.
    """

    name = "local"

    def __init__(self, workers: int = 0) -> None:
        self.size = workers or len(os.sched_getaffinity(0))
        self._context: Any = multiprocessing.get_context(
            "forkserver" if _has_forkserver() else "spawn"
        )
        start_forkserver()
        self._workers: list[_Worker] = []

    def map(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Run tasks, largest first; outcomes come as they finish."""
        waiting = deque(sorted(tasks, key=lambda task: (-task.weight, task.key)))
        while waiting or any(w.task for w in self._workers):
            self._feed(waiting)
            busy = {w.pipe: w for w in self._workers if w.task}
            for pipe in wait(list(busy)):
                yield self._collect(busy[pipe])  # type: ignore[index]

    def _feed(self, waiting: deque[Task]) -> None:
        while len(self._workers) < min(self.size, len(waiting) + self._busy()):
            self._workers.append(self._start())
        for worker in self._workers:
            if worker.task is None and waiting:
                worker.task = waiting.popleft()
                try:
                    worker.pipe.send(worker.task)
                except OSError:  # it died while idle: its pipe is closed
                    waiting.appendleft(worker.task)
                    self._drop(worker)
                    return self._feed(waiting)
        return None

    def _busy(self) -> int:
        return sum(1 for worker in self._workers if worker.task)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _collect(self, worker: _Worker) -> Outcome:
        task = worker.task
        if task is None:
            raise RuntimeError("a worker without a task cannot have a result")
        try:
            receipt, error = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(5)
            died = f"exit code {worker.process.exitcode}"
            self._drop(worker)
            return Outcome(task, died=died)
        worker.task = None
        return Outcome(task, receipt, error)

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()

    def close(self) -> None:
        """Kill all workers; what they had committed stays."""
        for worker in list(self._workers):
            self._drop(worker)


def _serve(pipe: Connection) -> None:
    """A worker's life: take a task, answer with a receipt or an error, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[Any, BaseException | None] = (task.run(), None)
        except BaseException as error:  # noqa: BLE001  (sent to the parent, which raises it)
            answer = (None, sendable(error))
        try:
            pipe.send(answer)
        except (BrokenPipeError, OSError):
            return


def sendable(error: BaseException) -> BaseException:
    """The error with its traceback as a note, in a form that survives the pipe."""
    import pickle
    import traceback

    trace = "".join(traceback.format_exception(error))
    try:
        copy: BaseException = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001  (any error class may refuse to be pickled)
        copy = RuntimeError(f"{type(error).__name__}: {error}")
    copy.add_note(trace)
    return copy
