"""Time and memory limits around a reader, and a note of what it reads when it kills its worker.

The budgets in the readers decide first, by counts that are the same everywhere. What gets past them
ends with its worker: the kernel's own timer and memory limit stop code that never comes back to
Python. The note tells the parent which file, or which member of it, was being read.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

#: What is read: number of the item in its part, and the place within it ("" for the file itself).
Where = tuple[int, str]

#: Exit code of a worker whose reader ran out of memory and said so.
EXIT_MEMORY = 77
_PAGE = os.sysconf("SC_PAGE_SIZE")
_IDLE, _BUSY, _FULL = b"0", b"1", b"2"


@dataclass(frozen=True, slots=True)
class Note:
    """What a worker was reading when it died.

    Attributes:
        where: the file or member.
        step: number of the reader's step, from 0.
        started: when that step began, seconds since the epoch.
        seconds: CPU seconds it was given.
        full: it had run out of memory.
    """

    where: Where
    step: int
    started: float
    seconds: float
    full: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """What reading a file or member ended with, twice: the class of error, and at which step."""

    error: str
    step: int


class Watch:
    """Guards the steps of a reader.

    Args:
        path: file that names what is being read; it is made here.
        seconds: CPU seconds that one step (a batch, or a file) may take.
        memory: bytes that it may add to the process.
        raised: factor of both limits by place, where a first try failed.
    """

    def __init__(
        self, path: Path, seconds: float, memory: int, raised: Mapping[Where, int]
    ) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._path = path
        self._seconds, self._memory, self._raised = seconds, memory, raised

    @contextmanager
    def over(self, where: Where, step: int) -> Iterator[None]:
        """Limit one step of a reader; a process that passes a limit ends at once."""
        factor = self._raised.get(where, 1)
        seconds = self._seconds * factor
        said = json.dumps([*where, step, time.time(), seconds]).encode()
        os.pwrite(self._file, _BUSY + said + b"\n", 0)
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        bound = _address_space() + self._memory * factor
        if hard != resource.RLIM_INFINITY:
            bound = min(bound, hard)
        try:
            resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
            signal.setitimer(signal.ITIMER_PROF, seconds)
            yield
        except MemoryError:
            self._end()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
            os.pwrite(self._file, _IDLE, 0)

    def _end(self) -> NoReturn:
        """End the process without unwinding: the parent tries again, alone."""
        os.pwrite(self._file, _FULL, 0)
        os._exit(EXIT_MEMORY)

    def close(self) -> None:
        """Remove the note."""
        os.close(self._file)
        self._path.unlink(missing_ok=True)


def _address_space() -> int:
    """Bytes of address space of this process."""
    with open("/proc/self/statm", "rb") as stream:  # noqa: PTH123  (a hot path)
        return int(stream.read().split(b" ", 1)[0]) * _PAGE


def note_path(work: Path, key: str) -> Path:
    """Where the note of a task lies."""
    return work / "tmp" / f"{key}.reading"


def read_note(path: Path) -> Note | None:
    """What a dead worker was reading, or None where it was doing something else."""
    try:
        state = path.read_bytes()
    except FileNotFoundError:
        return None
    if not state.startswith((_BUSY, _FULL)):
        return None
    number, locator, step, started, seconds = json.loads(state[1:].split(b"\n", 1)[0])
    return Note((number, locator), step, started, seconds, state.startswith(_FULL))


def reason(note: Note, died: str, now: float) -> str:
    """The class of error of a worker's death while reading: timeout, memory, or worker_died.

    Args:
        note: what it left.
        died: what the engine knows; Ray knows no exit code, so there the time decides.
        now: seconds since the epoch.
    """
    if note.full:
        return "memory"
    if died.startswith("exit code"):
        return "timeout" if died == f"exit code {-signal.SIGPROF}" else "worker_died"
    return "timeout" if now - note.started >= note.seconds else "worker_died"


#: What the quarantine says of each.
MESSAGES: Mapping[str, str] = {
    "timeout": "reading took longer than 'limits: seconds' allows, alone and four times as long",
    "memory": "reading took more memory than 'limits: memory' allows, alone and four times as much",
    "worker_died": "the reader's process died on this file, twice",
}
#: Errors that depend on the machine: a run with one of them is marked.
OF_THE_MACHINE = frozenset(("timeout", "memory"))
