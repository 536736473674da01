"""What is done is done: files are committed by temp, fsync, rename, then a ledger line.

A file without a ledger line does not exist. A task is named by a key over the content of what it
reads, its parameters and its versions, so a second run redoes only what changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import resource
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from corpuskit.errors import OutputError


@dataclass(frozen=True)
class StepFile:
    """A committed file: path below the work folder, digest, length."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Receipt:
    """What a task left behind.

    Attributes:
        key: the task's key.
        files: committed files by role.
        counts: numbers and lists that the run adds up; a function of the key alone.
        spent: seconds by stage; not deterministic, for `run.json` only.
        peak_rss: most memory its process had held by then, in bytes; for `run.json` only.
    """

    key: str
    files: Mapping[str, StepFile] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)
    spent: Mapping[str, float] = field(default_factory=dict)
    peak_rss: int = 0


def peak_rss() -> int:
    """Most resident memory this process has held so far, in bytes; shared pages count."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def task_key(**content: Any) -> str:
    """sha256 over canonical JSON of everything a task's result depends on."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class HashingFile(io.RawIOBase):
    """A file that hashes what is written to it, in order."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()
        self.length = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any) -> int:
        """Write and hash; returns the number of bytes."""
        view = memoryview(data).cast("B")
        self.sha256.update(view)
        self._stream.write(view)
        self.length += len(view)
        return len(view)

    def tell(self) -> int:
        """Bytes written so far."""
        return self.length


class Commit:
    """The files of one task while they are written; they exist once `finish` returned.

    Args:
        work: the work folder.
        key: the task's key.
    """

    def __init__(self, work: Path, key: str) -> None:
        self._work, self._key = work, key
        self._open: dict[str, tuple[Path, BinaryIO, HashingFile]] = {}
        self._reserved: dict[str, Path] = {}

    def create(self, role: str) -> HashingFile:
        """A new file to write, under a temporary name."""
        temp = self._work / "tmp" / f"{self._key}.{role}.{os.getpid()}"
        stream = temp.open("wb")
        sink = HashingFile(stream)
        self._open[role] = (temp, stream, sink)
        return sink

    def reserve(self, role: str) -> Path:
        """A temporary path for a file that something else writes."""
        temp = self._work / "tmp" / f"{self._key}.{role}.{os.getpid()}"
        self._reserved[role] = temp
        return temp

    def finish(self) -> dict[str, StepFile]:
        """fsync and rename every file; the ledger line is the parent's to write."""
        files = {}
        for role, temp in self._reserved.items():
            with temp.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
                os.fsync(written.fileno())
            files[role] = self._place(role, temp, digest, temp.stat().st_size)
        for role, (temp, stream, sink) in self._open.items():
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
            files[role] = self._place(role, temp, sink.sha256.hexdigest(), sink.length)
        return files

    def _place(self, role: str, temp: Path, digest: str, length: int) -> StepFile:
        name = f"steps/{self._key[:2]}/{self._key}.{role}"
        final = self._work / name
        final.parent.mkdir(parents=True, exist_ok=True)
        temp.replace(final)
        return StepFile(name, digest, length)

    def abandon(self) -> None:
        """Close and remove what was begun."""
        for temp, stream, _ in self._open.values():
            stream.close()
            temp.unlink(missing_ok=True)
        for temp in self._reserved.values():
            temp.unlink(missing_ok=True)


@contextmanager
def committing(work: Path, key: str) -> Iterator[Commit]:
    """A `Commit` whose temporary files go when the task fails."""
    commit = Commit(work, key)
    try:
        yield commit
    except BaseException:
        commit.abandon()
        raise


class Ledger:
    """The receipts of a work folder; one process writes it at a time.

    Args:
        work: the work folder, made with mode 0700.

    Raises:
        OutputError: another run holds the folder.
    """

    def __init__(self, work: Path, *, fresh: bool = False) -> None:
        self.work = work
        try:
            work.mkdir(parents=True, exist_ok=True, mode=0o700)
            work.chmod(0o700)
            self._lock = (work / "lock").open("w")
        except OSError as error:
            raise OutputError(
                f"cannot write {work}: {error.strerror}", "check the folder"
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                f"another run is writing {work}", "wait for it, stop it, or choose another --out"
            ) from None
        if fresh:
            self._clear()
        shutil.rmtree(work / "tmp", ignore_errors=True)
        (work / "tmp").mkdir()
        self._receipts = self._load()
        self._stream = (work / "ledger.jsonl").open("ab")
        self._checked: set[str] = set()

    def _clear(self) -> None:
        shutil.rmtree(self.work / "steps", ignore_errors=True)
        (self.work / "ledger.jsonl").unlink(missing_ok=True)

    def _load(self) -> dict[str, Receipt]:
        path = self.work / "ledger.jsonl"
        receipts: dict[str, Receipt] = {}
        if not path.exists():
            return receipts
        whole = path.read_bytes()
        end = whole.rfind(b"\n") + 1
        if end < len(whole):  # the last line was cut by a kill: it was never written
            os.truncate(path, end)
        for line in whole[:end].splitlines():
            raw = json.loads(line)
            raw["files"] = {role: StepFile(**f) for role, f in raw["files"].items()}
            receipts[raw["key"]] = Receipt(**raw)
        return receipts

    def done(self, key: str) -> Receipt | None:
        """The receipt of a key whose files are there with the right bytes, or None."""
        receipt = self._receipts.get(key)
        if receipt is None or key in self._checked:
            return receipt
        for file in receipt.files.values():
            path = self.work / file.path
            if not path.exists() or path.stat().st_size != file.bytes:
                return None
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                    return None
        self._checked.add(key)
        return receipt

    def record(self, receipt: Receipt) -> None:
        """Append a receipt and force it to disk: from here on the task is done."""
        line = json.dumps(asdict(receipt), ensure_ascii=False, separators=(",", ":"))
        self._stream.write(line.encode() + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._receipts[receipt.key] = receipt
        self._checked.add(receipt.key)

    def close(self) -> None:
        """Release the folder."""
        self._stream.close()
        self._lock.close()
