"""What readers share whose file is one document or a few: reading it, its limits, its records."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
import pyarrow as pa
from pydantic import Field

from corpuskit.document import ABOUT, RECORD, Identity
from corpuskit.ja.encodings import Decoded, UndecodableError, decode
from corpuskit.readers.compression import plain_name, read_whole
from corpuskit.readers.protocol import (
    BATCH_BYTES,
    InputFile,
    Member,
    Read,
    Reader,
    ReaderParams,
    Slice,
    no_records,
    problem,
    problems,
)

_LOCATOR = "file"
#: Bytes that a member takes besides its data.
_MEMBER = 2000


class WholeFileParams(ReaderParams):
    """Options of the readers that hold a whole file in memory."""

    max_file_bytes: int = Field(
        256 << 20, ge=1, le=1 << 30, description="A larger file (unpacked) is a problem."
    )


class UnreadableError(Exception):
    """The file, or what is left of it, can't be read; what was found before it stays.

    Args:
        error: class of error, lower-case words such as ``broken_xml`` or ``too_deep``.
        message: one sentence that says what is wrong and what to do; it quotes no content.
    """

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


@dataclass(frozen=True, slots=True)
class Raw:
    """A file in memory, unpacked.

    Attributes:
        data: its bytes.
        name: file name, lower case, without the ending of a compression.
        charset: what a server, mail or archive says of the encoding.
        media_type: what it says of the type.
    """

    data: bytes
    name: str = ""
    charset: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A document that a reader found in a file.

    Attributes:
        text: the document; headings, lists and tables as Markdown.
        title: its title, if it has one.
        about: what else is known. Names of `corpuskit.document.ABOUT` become columns, the rest goes
            to `meta`; None values are left out.
        locator: place within the file: ``page 3``, ``Sheet1!A1:F20``, ``slide 2``; unique there.
        raw: bytes that the id is made of; None means the file's digest.
    """

    text: str
    title: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    locator: str = _LOCATOR
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part of a file that can't be read, while others can.

    Attributes:
        locator: its place.
        error: class of error, as in `UnreadableError`.
        message: as there.
        raw: its bytes, for the digest; None means the file's digest.
        size: its length in bytes, where `raw` is not all of it.
    """

    locator: str
    error: str
    message: str
    raw: bytes | None = None
    size: int = -1


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is no content, and so no record: counted by reason."""

    reason: str
    count: int = 1


Found = Content | Trouble | Member | Skipped


class WholeFile(Reader):
    """Base of readers that take a file as a whole, compressed or not."""

    Params: ClassVar[type[ReaderParams]] = WholeFileParams

    @abstractmethod
    def contents(self, raw: Raw) -> Iterable[Found]:
        """What is in the file, in order. Nothing found is an error of the reader's own.

        Raises:
            UndecodableError: the bytes are not text.
            UnreadableError: the bytes are not what this reader reads, or break off.
        """

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """All records of the file; a file that is cut short by its compression is a problem."""
        limit: int = self.params.max_file_bytes
        whole = read_whole(file, limit)
        if whole.too_large:
            message = f"more than {limit} bytes; raise max_file_bytes to read it"
            yield failed_file(file, identity, "file_too_large", message)
        elif whole.damage:
            yield failed_file(file, identity, whole.damage.error, whole.damage.message)
        else:
            yield from packed(self._found(whole.data, file), file, identity)

    def _found(self, data: bytes, file: InputFile) -> Iterator[Found]:
        raw = Raw(data, plain_name(file.name), file.charset, file.media_type)
        yield from self.contents(raw)


def packed(found: Iterable[Found], file: InputFile, identity: Identity) -> Iterator[Read]:
    """Batches of what is found in a file; what a reader raises becomes the last problem.

    Args:
        found: in file order.
        file: where it is found.
        identity: of the file.
    """
    packer = Packer(identity, file)
    offered = seen = 0
    try:
        for each in found:
            yield from packer.before(each)
            packer.add(each)
            seen += 1
            offered += not isinstance(each, Skipped)
            yield from packer.full()
        if not seen:  # a book of empty sheets, an archive of nothing: said, not silent
            packer.add(Skipped("empty"))
    except (UndecodableError, UnreadableError) as error:
        name = error.error if isinstance(error, UnreadableError) else "undecodable"
        remedy = f"; {error.remedy}" if isinstance(error, UndecodableError) else ""
        place = f"after {offered}" if offered else _LOCATOR
        packer.add(Trouble(place, name, f"{error.message}{remedy}", size=file.size))
    except Exception:  # a fault of the reader's: what it gave before is not lost
        yield from packer.rest()
        raise
    yield from packer.rest()


class Packer:
    """Collects what a reader finds until there is a batch of it.

    Args:
        identity: of the file.
        file: whose digest the ids of its parts are made of.
    """

    def __init__(self, identity: Identity, file: InputFile) -> None:
        self._identity, self._digest = identity, bytes.fromhex(file.sha256)
        self._rows: list[dict[str, Any]] = []
        self._problems: list[dict[str, Any]] = []
        self._members: list[Member] = []
        self._skipped: Counter[str] = Counter()
        self._held = 0

    def add(self, found: Found) -> None:
        """Take one thing."""
        if isinstance(found, Content):
            self._rows.append(self._record(found))
            self._held += 3 * len(found.text)
        elif isinstance(found, Trouble):
            raw = self._digest if found.raw is None else found.raw
            row = problem(
                self._identity, found.locator, found.error, found.message, raw, size=found.size
            )
            self._problems.append(row)
        elif isinstance(found, Member):
            self._members.append(found)
            self._held += len(found.data) + _MEMBER
        else:
            self._skipped[found.reason] += found.count

    def _record(self, found: Content) -> dict[str, Any]:
        raw = self._digest if found.raw is None else found.raw
        own = found.raw is not None or found.locator == _LOCATOR
        digest = hashlib.sha256(raw).hexdigest() if found.raw is not None else raw.hex()
        columns, meta = divided(found.about)
        return {
            "id": self._identity.of(raw, found.locator),
            "text": found.text,
            "locator": found.locator,
            "title": found.title,
            "raw_digest": digest if own else None,
            **columns,
            "meta": meta,
        }

    def before(self, found: Found) -> Iterator[Read]:
        """The batch, where it must end before the next thing: nothing overtakes a member."""
        if self._members and isinstance(found, Content | Trouble):
            yield from self.rest()

    def full(self) -> Iterator[Read]:
        """The batch, where there is enough for one."""
        if self._held >= BATCH_BYTES:
            yield from self.rest()

    def rest(self) -> Iterator[Read]:
        """What is left, if anything."""
        if self._rows or self._problems or self._members or self._skipped:
            records = (
                pa.RecordBatch.from_pylist(self._rows, schema=RECORD)
                if self._rows
                else no_records()
            )
            yield Read(records, problems(self._problems), dict(self._skipped), tuple(self._members))
        self._rows, self._problems, self._members, self._held = [], [], [], 0
        self._skipped.clear()


def divided(about: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """What is known of a document: the columns of `ABOUT`, and the rest as JSON for `meta`."""
    known = {name: value for name, value in about.items() if value is not None}
    columns = {name: known.pop(name) for name in ABOUT.names if name in known}
    return columns, msgspec.json.encode(known).decode() if known else None


def about_encoding(decoded: Decoded) -> dict[str, Any]:
    """What is known of how the bytes were decoded, by column."""
    return {
        "encoding": decoded.encoding,
        "encoding_confidence": decoded.confidence,
        "replaced": decoded.replaced,
        "repaired": decoded.repaired,
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
