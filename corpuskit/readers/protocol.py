"""What a reader is. One file per format, one protocol: ``slices(file)`` then ``read(slice)``.

A reader never raises for bad content: a record it can't read becomes a row of `PROBLEM`, and the
records around it are not lost. It knows nothing of stages, signals or the run.
"""

from __future__ import annotations

import functools
import hashlib
import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from corpuskit.document import PROBLEM, RECORD, Identity

#: Batches hold about this many bytes of text, so that memory is flat whatever the input's size.
BATCH_BYTES = 4 << 20


class ReaderParams(BaseModel):
    """Base of a reader's options: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields of a record are the text and the id (record formats only).

    Attributes:
        text: name of the text field.
        id: name of the field with the input's own id, or None.
    """

    text: str = "text"
    id: str | None = None


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file as the inventory found it.

    Attributes:
        path: where it is on this machine; never part of an id or an output.
        uri: path below the source's root, NFC, with ``/``.
        size: bytes.
        sha256: hex digest of the bytes (for a tree: of its files' names and digests).
        newlines: number of ``\\n`` bytes, counted while hashing.
        data: the bytes of a file that lies within another; `path` is then the outer one, `uri` the
            member's name.
        charset: what a server, mail or archive says of the encoding.
        media_type: what it says of the type, lower case, such as ``text/html``.
    """

    path: Path
    uri: str
    size: int
    sha256: str
    newlines: int = 0
    data: bytes | None = None
    charset: str | None = None
    media_type: str | None = None

    @property
    def name(self) -> str:
        """File name; of a member the last part of its name."""
        return self.path.name if self.data is None else PurePosixPath(self.uri).name

    def open(self) -> IO[bytes]:
        """The bytes from the start, packed as they are; the caller closes it."""
        return self.path.open("rb") if self.data is None else io.BytesIO(self.data)


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of a file that one task reads: bytes ``[start, stop)``, row groups, or all of it.

    Attributes:
        start: first byte or row group.
        stop: end (exclusive); -1 means to the end of the file.
        first: number of the first record in the slice, counted from 1 (line, row).
        weight: bytes, for balancing tasks.
    """

    start: int = 0
    stop: int = -1
    first: int = 1
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A file within a file: an archive's member, a mail's attachment, a response of a web archive.

    The runner gives it to the reader that recognises it. A document's place is then
    ``LOCATOR!PLACE`` (``LOCATOR`` alone where the member is one document), and what the container
    knows is added to what the document says of itself.

    Attributes:
        name: with its ending, by which readers recognise it; ``/`` between folders.
        data: the bytes.
        locator: place within the container; unique there.
        about: what the container knows: names of `ABOUT` columns, the rest goes to `meta`.
        title: used where the document has none.
        charset: declared encoding.
        media_type: declared type, lower case, without parameters.
        reader: name of its reader, where the container knows better than the bytes tell.
    """

    name: str
    data: bytes
    locator: str
    about: Mapping[str, Any] = field(default_factory=dict)
    title: str | None = None
    charset: str | None = None
    media_type: str | None = None
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of what was read.

    Attributes:
        records: `RECORD` rows, in file order.
        problems: `PROBLEM` rows: one for each record, member or tail that can't be read.
        skipped: containers and non-content by reason; these are not records.
        members: files within this one, in order; they come after `records` and `problems`.
    """

    records: pa.RecordBatch
    problems: pa.RecordBatch | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    members: Sequence[Member] = ()


class Reader(ABC):
    """Reads one format.

    Args:
        params: the reader's options from the recipe (`options:`).
        fields: which fields are text and id (`text:`, `id:` of the source).
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    #: Modules beyond the plain install that the reader imports when it is used. A run that needs
    #: one that is missing ends before it starts, with the command that installs it.
    requires: ClassVar[tuple[str, ...]] = ()
    #: File name endings, lower case, longest first, such as ``.jsonl.gz``.
    endings: ClassVar[tuple[str, ...]] = ()
    Params: ClassVar[type[ReaderParams]] = ReaderParams
    #: "file": called for each file. "tree": called once for the source's whole path.
    scope: ClassVar[Literal["file", "tree"]] = "file"

    def __init__(self, params: Any = None, fields: Fields | None = None) -> None:
        self.params: Any = params if params is not None else self.Params()
        self.fields = fields or Fields()

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """How sure this reader is of a file, for ``reader: auto``: 0 no, 1 by name, 2 by content.

        Args:
            head: the file's first 4,096 bytes (decompressed where the name says gz or zst).
            name: file name, lower case.
        """
        return 1 if name.endswith(cls.endings) else 0

    def slices(self, file: InputFile, target: int) -> Sequence[Slice]:
        """Cut a file into pieces of about `target` bytes; a function of content only."""
        return [Slice(weight=file.size)]

    @abstractmethod
    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """Read one piece in batches of about `BATCH_BYTES` of text.

        Content errors become `problems`; an OSError may pass (the runner makes it a problem).
        """


@functools.cache
def no_records() -> pa.RecordBatch:
    """A batch of no records."""
    return _empty(RECORD)


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in schema], schema=schema)


def problem(
    identity: Identity, locator: str, error: str, message: str, raw: bytes = b"", *, size: int = -1
) -> dict[str, Any]:
    """A `PROBLEM` row. `message` names place and kind, and never quotes content.

    Args:
        identity: of the file.
        locator: place within the file.
        error: class of error, one lower-case word such as ``invalid_json``.
        message: one sentence that says what is wrong and what to do.
        raw: the raw bytes of the record, for its digest; or the file's sha256 for a whole file.
        size: length to report where it is not that of `raw`.
    """
    return {
        "id": identity.of(raw, locator),
        "locator": locator,
        "error": error,
        "message": message,
        "raw_digest": hashlib.sha256(raw).hexdigest(),
        "raw_bytes": len(raw) if size < 0 else size,
    }


def problems(rows: Sequence[Mapping[str, Any]]) -> pa.RecordBatch | None:
    """`PROBLEM` rows as a batch, or None where there are none."""
    if not rows:
        return None
    return pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=PROBLEM)
