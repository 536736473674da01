"""Input of a benchmark: rows from JSON Lines, a deterministic slice of them, one plain file."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchlib.errors import BenchError

SUFFIXES = (".jsonl", ".jsonl.zst")


@dataclass(frozen=True)
class Row:
    """One document: its own id, or its file and line, and its text."""

    id: str
    text: str

    @property
    def size(self) -> int:
        """Bytes of the text in UTF-8."""
        return len(self.text.encode())

    def line(self) -> str:
        """The document as a line of JSON Lines."""
        return json.dumps({"id": self.id, "text": self.text}, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Prepared:
    """One plain JSON Lines file that every tool reads.

    Attributes:
        path: the file; its rows have `id` and `text`.
        documents: number of rows.
        text_bytes: bytes of all texts in UTF-8; "MB" is 10**6 of these.
    """

    path: Path
    documents: int
    text_bytes: int

    @property
    def megabytes(self) -> float:
        """Text in MB."""
        return self.text_bytes / 1e6


def find(inputs: Sequence[Path]) -> list[Path]:
    """The files of an input: files as they are, folders by name order.

    Raises:
        BenchError: a path is missing, or there is nothing to read.
    """
    files: list[Path] = []
    for path in inputs:
        if path.is_dir():
            files += sorted(p for p in path.iterdir() if p.name.endswith(SUFFIXES))
        elif path.is_file() and path.name.endswith(SUFFIXES):
            files.append(path)
        else:
            raise BenchError(f"no such folder, or no {' or '.join(SUFFIXES)} file: {path}")
    if not files:
        raise BenchError(f"no {' or '.join(SUFFIXES)} file in {', '.join(map(str, inputs))}")
    return files


def read(path: Path) -> Iterator[Row]:
    """The rows of one file that have a `text`."""
    with contextlib.ExitStack() as stack:
        stream: Any = stack.enter_context(path.open("rb"))
        if path.name.endswith(".zst"):
            import zstandard

            stream = stack.enter_context(zstandard.ZstdDecompressor().stream_reader(stream))
        # Only a line feed ends a line; U+2028 and its like stand inside JSON strings.
        for number, line in enumerate(io.TextIOWrapper(stream, "utf-8", newline="\n")):
            row = json.loads(line)
            if isinstance(row.get("text"), str):
                yield Row(str(row.get("id", f"{path.name}:{number}")), row["text"])


def thinned(rows: Iterable[Row], share: float) -> Iterator[Row]:
    """About `share` of the bytes, spread evenly over the rows, the same rows each time."""
    credit = 0.0
    for row in rows:
        size = row.size
        credit += size * share
        if credit >= size / 2:
            credit -= size
            yield row


def prepare(files: Sequence[Path], out: Path, megabytes: float | None) -> Prepared:
    """Write all rows, or a slice of about `megabytes` MB spread over all files, to one file."""
    share = 1.0
    if megabytes is not None:
        share = min(1.0, megabytes * 1e6 / max(1, sum(r.size for f in files for r in read(f))))
    documents = text_bytes = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        for path in files:
            for row in read(path) if share == 1.0 else thinned(read(path), share):
                stream.write(row.line())
                documents += 1
                text_bytes += row.size
    if not documents:
        raise BenchError("the input has no rows with a 'text', or the slice is too small")
    return Prepared(out, documents, text_bytes)


def split(path: Path, folder: Path, parts: int) -> list[Path]:
    """The lines of a file dealt to `parts` files of nearly equal bytes, each in file order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"part-{i:03d}{path.suffix}" for i in range(parts)]
    sizes = [0] * parts
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(p.open("wb")) for p in paths]
        for line in stack.enter_context(path.open("rb")):
            least = sizes.index(min(sizes))
            streams[least].write(line)
            sizes[least] += len(line)
    return paths


def longest_line(path: Path) -> int:
    """Bytes of the longest line of a file, its line feed included."""
    with path.open("rb") as stream:
        return max((len(line) for line in stream), default=0)
