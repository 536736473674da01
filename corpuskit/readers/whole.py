"""What all readers share whose file is one document: reading it, its limits, its one record."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
import pyarrow as pa
from pydantic import Field

from corpuskit.document import RECORD, Identity
from corpuskit.ja.encodings import Decoded, UndecodableError, decode
from corpuskit.readers.compression import read_whole
from corpuskit.readers.protocol import (
    InputFile,
    Read,
    Reader,
    ReaderParams,
    Slice,
    no_records,
    problem,
    problems,
)

_LOCATOR = "file"


class WholeFileParams(ReaderParams):
    """Options of the readers whose file is one document."""

    max_file_bytes: int = Field(
        256 << 20, ge=1, le=1 << 30, description="A larger file (unpacked) is a problem."
    )


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader makes of a file.

    Attributes:
        text: the document.
        title: its title, if it has one.
        meta: what else is known; None values are left out.
    """

    text: str
    title: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


class WholeFile(Reader):
    """Base of readers whose file is one document, compressed or not."""

    Params: ClassVar[type[ReaderParams]] = WholeFileParams

    @abstractmethod
    def content(self, raw: bytes) -> Content:
        """Make the document.

        Raises:
            UndecodableError: the bytes are not text.
        """

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """One record, or one problem: a document that is cut short is not a document."""
        limit: int = self.params.max_file_bytes
        whole = read_whole(file.path, limit)
        if whole.too_large:
            message = f"more than {limit} bytes; raise max_file_bytes to read it"
            yield failed_file(file, identity, "file_too_large", message)
        elif whole.damage:
            yield failed_file(file, identity, whole.damage.error, whole.damage.message)
        else:
            yield self._one(whole.data, file, identity)

    def _one(self, raw: bytes, file: InputFile, identity: Identity) -> Read:
        try:
            found = self.content(raw)
        except UndecodableError as error:
            return failed_file(file, identity, "undecodable", f"{error.message}; {error.remedy}")
        meta = {name: value for name, value in found.meta.items() if value is not None}
        row = {
            "id": identity.of(bytes.fromhex(file.sha256), _LOCATOR),
            "text": found.text,
            "locator": _LOCATOR,
            "title": found.title,
            "meta": msgspec.json.encode(meta).decode() if meta else None,
        }
        return Read(pa.RecordBatch.from_pylist([row], schema=RECORD))


def about_encoding(decoded: Decoded) -> dict[str, Any]:
    """The part of `meta` that says how the bytes were decoded."""
    return {
        "encoding": decoded.encoding,
        "encoding_confidence": decoded.confidence,
        "replaced": decoded.replaced,
    }


def decoded_text(raw: bytes, declared: str | None = None) -> Decoded:
    """Decode a file's bytes; no bytes are an empty text in UTF-8."""
    return decode(raw, declared) if raw else Decoded("", "utf-8", 1.0, 0)


def short_line(line: str, limit: int = 60) -> str | None:
    """A line as a title: stripped, or None where it is empty or longer than `limit` characters."""
    line = line.strip()
    return line if 0 < len(line) <= limit else None


def failed_file(file: InputFile, identity: Identity, error: str, message: str) -> Read:
    """One problem for a whole file."""
    digest = bytes.fromhex(file.sha256)
    row = problem(identity, _LOCATOR, error, message, digest, size=file.size)
    return Read(no_records(), problems([row]))
