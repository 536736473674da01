"""The tasks of `dedupscale`, each in a process of its own, measured from inside."""

from __future__ import annotations

import multiprocessing
import os
import resource
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from benchlib import dedupscale_keys
from benchlib.dedupscale_keys import Shape
from benchlib.errors import BenchError
from corpuskit.dedup import candidates, clusters, stars
from corpuskit.dedup.minhash import MinHash
from corpuskit.exchange import PartFiles, PhaseInput

__all__ = ["Done", "Job", "KeysJob", "PhaseJob", "each", "sampled", "stars"]

_POLL_SECONDS = 0.02

# pyarrow looks for pandas at the first array: once in a worker, not once in each task.
pa.array(np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Done:
    """What one task took.

    Attributes:
        wall: seconds of the work itself, without the process's start.
        cpu: user and system seconds of it.
        peak: largest resident bytes of its process, memory-mapped pages included.
        base: resident bytes before the work, at most.
        counts: what the task says of itself.
    """

    wall: float
    cpu: float
    peak: int
    base: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeysJob:
    """Write the keys file of one part, as the streaming segment does at a part's end."""

    shape: Shape
    planted: Path
    base: int
    stop: int
    partitions: int
    out: Path

    def prepare(self) -> pa.Table:
        """Keys as `MinHash.keys` returns them, with their rows; not measured."""
        labels = np.load(self.planted, mmap_mode="r")[self.base : self.stop]
        words = dedupscale_keys.keys(self.shape, self.base, np.array(labels))
        lists = pa.FixedSizeListArray.from_arrays(pa.array(words.reshape(-1)), words.shape[1])
        return pa.table({"keys": lists, "row": pa.array(np.arange(len(words)))})

    def run(self, table: pa.Table) -> Mapping[str, int]:
        """Spread and write them."""
        pieces = candidates.spread(table, self.partitions)
        with (
            pa.OSFile(str(self.out), "wb") as sink,
            pa.ipc.new_file(sink, pieces[0].schema) as writer,
        ):
            for piece in pieces:
                writer.write_batch(piece)
        return {}


@dataclass(frozen=True, slots=True)
class PhaseJob:
    """One task of a phase of `dedup.minhash`."""

    phase: str
    index: int
    partitions: int
    parts: Sequence[PartFiles]
    earlier: Mapping[str, Sequence[Path]]
    out: Path
    parents: int | None = None

    def prepare(self) -> None:
        """Set the budget of the clusters' parents, where it is asked for."""
        if self.parents is not None:
            clusters.PARENTS = self.parents

    def run(self, _: None) -> Mapping[str, int]:
        """Run it as the engine would."""
        phase = next(p for p in MinHash().phases() if p.name == self.phase)
        given = PhaseInput(self.index, self.partitions, self.parts, self.earlier, (), self.out)
        return phase.run(given)


Job = KeysJob | PhaseJob


def each(jobs: Sequence[Job], workers: int) -> tuple[list[Done], float]:
    """Run jobs, each in a process of its own, so many at a time; also the seconds from end to end.

    Processes are forked from a small one that has loaded all modules: what a task's memory is
    measured at doesn't hang on this process.

    Raises:
        BenchError: a task failed, or its process was killed.
    """
    context = _context()
    waiting, running = deque(enumerate(jobs)), {}
    done: dict[int, Done] = {}
    started = time.perf_counter()
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                number, job = waiting.popleft()
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_run, args=(job, theirs), daemon=True)
                process.start()
                theirs.close()
                running[ours] = number, process
            for ours in wait(list(running)):
                number, process = running.pop(ours)  # type: ignore[call-overload]
                done[number] = _received(ours, jobs[number])
                process.join()
    finally:
        for _, process in running.values():
            process.terminate()
    return [done[i] for i in range(len(jobs))], time.perf_counter() - started


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    here = str(Path(__file__).resolve().parents[1])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if here not in paths:  # the server looks nowhere else, whatever this process's path is
        os.environ["PYTHONPATH"] = os.pathsep.join([here, *filter(None, paths)])
    context.set_forkserver_preload(["benchlib.main", "benchlib.dedupscale_tasks"])
    return context


def _received(ours: Any, job: Job) -> Done:
    try:
        found = ours.recv()
    except EOFError:
        raise BenchError(f"the process of {job.out.name} ended early; out of memory?") from None
    finally:
        ours.close()
    if isinstance(found, Exception):
        raise BenchError(f"{job.out.name} failed: {found!r}") from found
    return found  # type: ignore[no-any-return]


def _run(job: Any, results: Connection) -> None:
    try:
        table = job.prepare()
        before, start, cpu = _peak(), time.perf_counter(), time.process_time()
        counts = job.run(table)
        wall, used = time.perf_counter() - start, time.process_time() - cpu
        results.send(Done(wall, used, _peak(), before, dict(counts)))
    except Exception as error:  # noqa: BLE001  (raised again by the parent)
        results.send(error)
    finally:
        results.close()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def sampled(folder: Path, work: Callable[[], Any]) -> tuple[Any, int]:
    """Do something; also the most bytes that were in temporary folders inside `folder`."""
    most = 0
    stop = threading.Event()

    def watch() -> None:
        nonlocal most
        while not stop.wait(_POLL_SECONDS):
            most = max(most, _temporary(folder))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        return work(), most
    finally:
        stop.set()
        thread.join()


def _temporary(folder: Path) -> int:
    total = 0
    for inside in folder.iterdir():
        try:
            if inside.is_dir():
                total += sum(path.stat().st_size for path in inside.iterdir())
        except OSError:  # it went away meanwhile
            continue
    return total
