"""Reads a file with a reader as the runner does, and gives back plain rows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.document import ABOUT, PROBLEM, RECORD, Identity
from corpuskit.readers.protocol import InputFile, Member, Reader, Slice

IDENTITY = Identity("本", "部屋/file")
SHARED = Path(__file__).parents[3] / "shared" / "data"


@dataclass
class Rows:
    """Records and problems of a file, in the order they came."""

    records: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def texts(self) -> list[str]:
        return [row["text"] for row in self.records]

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(row["locator"], row["error"]) for row in self.problems]

    def where(self) -> list[int]:
        """Numbers of the locators of everything that was offered."""
        rows = self.records + self.problems
        return sorted(int(row["locator"].split()[-1]) for row in rows)


def taken(path: Path, uri: str | None = None) -> InputFile:
    """The file as the inventory would take it."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return InputFile(path, uri or path.name, len(data), digest, data.count(b"\n"))


def about(row: dict[str, Any]) -> dict[str, Any]:
    """What a record knows besides its text: the columns that are set, and `meta`."""
    columns = {n: row[n] for n in ABOUT.names if row[n] is not None and n != "raw_digest"}
    return {**columns, **json.loads(row["meta"] or "{}")}


def in_memory(data: bytes, name: str, **known: Any) -> InputFile:
    """A file that lies within another, as the runner hands it to a reader."""
    digest = hashlib.sha256(data).hexdigest()
    return InputFile(Path("outer"), name, len(data), digest, data=data, **known)


def read(reader: Reader, file: Path | InputFile, target: int = 1 << 30) -> Rows:
    """Read all slices of a file; every batch must keep its schema and be valid UTF-8."""
    source = taken(file) if isinstance(file, Path) else file
    rows = Rows()
    for piece in reader.slices(source, target):
        one = read_slice(reader, source, piece)
        rows.records += one.records
        rows.problems += one.problems
        rows.members += one.members
        rows.skipped += one.skipped
    return rows


def read_slice(reader: Reader, source: InputFile, piece: Slice) -> Rows:
    rows = Rows()
    for found in reader.read(source, piece, IDENTITY):
        checked(found.records, RECORD)
        rows.records += found.records.to_pylist()
        rows.members += found.members
        rows.skipped.update(found.skipped)
        if found.problems is not None:
            checked(found.problems, PROBLEM)
            rows.problems += found.problems.to_pylist()
    return rows


def checked(batch: pa.RecordBatch, schema: pa.Schema) -> None:
    assert batch.schema.equals(schema)
    batch.validate(full=True)


def shared(name: str) -> Path:
    """A file or folder of real documents, which is beside the repository where there is one."""
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared test documents are not here")
    return path
