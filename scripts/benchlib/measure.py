"""Measures a command as a whole: wall time, CPU time and peak memory of all its processes (Linux).

CPU time is what the kernel accounts to ended children. Processes whose parent ends first (the fork
server of Python's multiprocessing, for one) would be missed, so this process makes itself the one
that such orphans fall to, and waits for them as well.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchlib.errors import BenchError

_PR_SET_CHILD_SUBREAPER = 36
_POLL_SECONDS = 0.1
_ORPHAN_SECONDS = 20.0


@dataclass(frozen=True)
class Measured:
    """What one command took.

    Attributes:
        wall: seconds from start to the end of the command's own process.
        cpu: user and system seconds of it and all it started.
        peak: largest sum of resident bytes over its processes; pages that processes share count
            in each of them.
        largest: largest resident bytes of one process.
    """

    wall: float
    cpu: float
    peak: int
    largest: int


def run(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Measured:
    """Run a command, its output to `log`, and measure it.

    Raises:
        BenchError: it couldn't be started, or ended with an exit code other than 0.
    """
    if not sys.platform.startswith("linux"):
        raise BenchError("measuring a tree of processes needs Linux's /proc")
    log.parent.mkdir(parents=True, exist_ok=True)
    before = _children_cpu()
    with log.open("wb") as output, _adopting(), _Watch() as watch:
        started = time.perf_counter()
        try:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )
            code = process.wait()
            wall = time.perf_counter() - started
            _reap(watch.known)
        except OSError as error:
            raise BenchError(f"can't run {command[0]}: {error}") from error
        finally:
            _end(watch.known)
    if code:
        raise BenchError(f"{' '.join(command)}\nended with exit code {code}:\n{_tail(log)}")
    return Measured(wall, _children_cpu() - before, watch.peak, watch.largest)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    """Make orphans of what this process starts its own children."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _reap(known: frozenset[int]) -> None:
    """Wait for what outlived the command, so that its CPU time is accounted."""
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while time.monotonic() < deadline and (left := _new(known)):
        for pid in left:
            with contextlib.suppress(ChildProcessError):  # still another's child
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)


def _end(known: frozenset[int]) -> None:
    """End what is still there, by its id: after an interrupt, or a process that won't go."""
    for pid in _new(known):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid in _new(known):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _new(known: frozenset[int]) -> list[int]:
    return [pid for pid in _descendants(os.getpid()) if pid not in known]


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-3000:]


class _Watch:
    """Samples the memory of this process's new descendants while a command runs."""

    def __init__(self) -> None:
        self.peak = self.largest = 0
        self.known = frozenset(_descendants(os.getpid()))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            sizes = [_resident(pid) for pid in _new(self.known)]
            self.peak = max(self.peak, sum(sizes))
            self.largest = max(self.largest, *sizes, 0)


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):  # it ended meanwhile
        return 0
    return int(pages) * resource.getpagesize()


def _descendants(root: int) -> list[int]:
    """Processes below `root`, parents first."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                # The name of the program, in brackets, may hold blanks and brackets itself.
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found
