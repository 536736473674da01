"""Web archives: WARC and WET. Each page is a file of its own, with what its server said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from pydantic import Field, field_validator

from corpuskit.document import Identity
from corpuskit.ja.encodings import UndecodableError
from corpuskit.readers.compression import codec_of, compressed_endings
from corpuskit.readers.protocol import InputFile, Member, Read, Reader, ReaderParams, Slice
from corpuskit.readers.warc import http as http
from corpuskit.readers.warc.stream import Break, pieces
from corpuskit.readers.warc.tape import Tape
from corpuskit.readers.whole import (
    Content,
    Found,
    Skipped,
    Trouble,
    UnreadableError,
    about_encoding,
    decoded_text,
    packed,
    short_line,
)

_VERSION = re.compile(rb"WARC/\d\.\d{1,2}\r?\n")
_TAKEN = frozenset({"response", "resource", "conversion"})
_KINDS = _TAKEN | {"warcinfo", "request", "metadata", "revisit", "continuation"}
_OKAY = frozenset({200, 203})
_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,18})[ \t\r]*$", re.I | re.M)
_KIND = re.compile(rb"^warc-type:[ \t]*([A-Za-z]+)", re.I | re.M)


class WarcParams(ReaderParams):
    """Options of the reader of web archives."""

    media_types: tuple[str, ...] = Field(
        http.DOCUMENTS,
        description="Media types that are taken; others are skipped. `*` at the end stands for "
        "any rest.",
    )
    max_record_bytes: int = Field(
        64 << 20, ge=1, le=1 << 30, description="A larger record (unpacked) is a problem."
    )

    @field_validator("media_types")
    @classmethod
    def _lower(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.strip().lower() for name in names)


class Warc(Reader):
    """Reads ``.warc`` and ``.wet``, plain, gzip or zstd, by record or as a whole."""

    name: ClassVar[str] = "warc"
    requires: ClassVar[tuple[str, ...]] = ("fastwarc", "isal")
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".warc", ".wet")
    Params: ClassVar[type[ReaderParams]] = WarcParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file starts with a record."""
        return 2 if _VERSION.match(head) else super().recognises(head, name)

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """All records of the archive; members are responses, documents are conversions."""
        with file.open() as stream:
            codec = codec_of(stream.read(4), file.name)
            if codec == "bzip2":
                message = "a web archive in bzip2 is not read; unpack it, or use gzip or zstd"
                found: Iterator[Found] = iter([Trouble("file", "unsupported_compression", message)])
            else:
                found = self._found(Tape(pieces(stream, codec), codec is not None))
            yield from packed(found, file, identity)

    def _found(self, tape: Tape) -> Iterator[Found]:
        if (met := tape.stretch()) is None:
            yield Trouble("file", "empty_file", "the file has no bytes; fetch it again")
        while met:
            if isinstance(met, Break):
                place = met.place(begun=tape.origin == met.offset)
                yield Trouble(place, met.damage.error, met.damage.message)
            else:
                while tape.blank():
                    yield from self._record(tape)
            met = tape.stretch()

    def _record(self, tape: Tape) -> Iterator[Found]:
        """One record; the tape is past it afterwards, or at the next place that looks like one."""
        place = tape.place
        head = tape.head()
        length = _LENGTH.search(head) if head is not None else None
        if head is None or length is None:
            message = "no head of a record is here; the next record is searched for"
            yield _damaged(place, tape) or Trouble(place, "broken_record", message)
            tape.search()
            return
        kind = _KIND.search(head)
        record = _Record(place, head, int(length[1]), kind[1].decode().lower() if kind else "")
        if record.size > self.params.max_record_bytes:
            yield self._too_large(record, tape)
        else:
            yield self._block(record, tape)

    def _too_large(self, record: _Record, tape: Tape) -> Found:
        if not tape.skip(record.size):
            return _short(record, tape)
        if record.kind not in _TAKEN:
            return record.skipped
        message = f"more than {self.params.max_record_bytes} bytes; raise max_record_bytes"
        return Trouble(record.place, "record_too_large", message, size=record.size)

    def _block(self, record: _Record, tape: Tape) -> Found:
        if not tape.has(record.size):
            trouble = _short(record, tape)
        elif not tape.ends_record(record.size):
            message = "the declared length is not the record's; the next record is searched for"
            trouble = Trouble(record.place, "wrong_length", message)
        elif tape.spoilt and (corrupt := _damaged(record.place, tape)):
            trouble = corrupt  # the checksum of the member is wrong
        else:
            block = tape.body(record.size)
            return self._document(record, block) if record.kind in _TAKEN else record.skipped
        tape.search()
        return trouble

    def _document(self, record: _Record, block: bytes) -> Found:
        try:
            return self._taken(record, block)
        except UnreadableError as error:
            return Trouble(record.place, error.error, error.message, block)
        except UndecodableError as error:
            return Trouble(record.place, "undecodable", f"{error.message}; {error.remedy}", block)

    def _taken(self, record: _Record, block: bytes) -> Found:
        if record.get("segment-number") is not None:
            message = "the record is cut into segments; join them first"
            return Trouble(record.place, "segmented_record", message, block)
        if record.kind == "conversion":
            return _text(record, block)
        if record.url.startswith("dns:"):
            return Skipped("warc:dns")
        declared, reply = record.fields.get("content-type", ""), None
        if declared.lower().startswith("application/http") or block.startswith(b"HTTP/"):
            reply = http.response(block)
            if reply is None:
                message = "the block has no head of an HTTP response"
                return Trouble(record.place, "broken_http", message, block)
            if reply.status not in _OKAY:
                return Skipped(f"status:{reply.status}")
            declared = reply.headers.get("content-type", "")
        return self._member(record, block, declared, reply)

    def _member(
        self, record: _Record, block: bytes, declared: str, reply: http.Response | None
    ) -> Found:
        body = http.payload(reply, self.params.max_record_bytes) if reply else http.Payload(block)
        if body.damage and not (record.get("truncated") and body.data):
            message = f"the response's body is {body.damage}; fetch the page again"
            return Trouble(record.place, f"{body.damage}_body", message, block)
        if not body.data.strip():
            return Skipped("empty_body")
        kind = http.media_type(declared or record.get("identified-payload-type"), body.data)
        if not _wanted(kind, self.params.media_types):
            return Skipped("media_type")
        if record.url.rstrip("/").endswith("/robots.txt"):
            return Skipped("robots_txt")
        return Member(
            http.file_name(record.url, kind),
            body.data,
            record.place,
            {**record.about, **_said(reply)},
            charset=http.charset(declared),
            media_type=kind,
        )


@lru_cache(maxsize=4096)
def _wanted(kind: str, media_types: tuple[str, ...]) -> bool:
    return any(
        kind.startswith(name[:-1]) if name.endswith("*") else kind == name for name in media_types
    )


@dataclass(frozen=True)
class _Record:
    """A record's place, its head, the length of its block, and its type."""

    place: str
    head: bytes
    size: int
    kind: str

    @cached_property
    def fields(self) -> Mapping[str, str]:
        return http.fields(http.head_lines(self.head)[1:])

    def get(self, name: str) -> str | None:
        """A field by its name without ``WARC-``."""
        return self.fields.get(f"warc-{name}")

    @cached_property
    def url(self) -> str:
        return (self.get("target-uri") or "").strip("<> ")

    @property
    def skipped(self) -> Skipped:
        return Skipped(f"warc:{self.kind if self.kind in _KINDS else 'other'}")

    @property
    def about(self) -> dict[str, Any]:
        get = self.fields.get
        known = {
            "url": self.url,
            "fetched": get("warc-date"),
            "record_id": get("warc-record-id", "").strip("<>"),
            "payload_digest": get("warc-payload-digest"),
            "truncated": get("warc-truncated"),
            "identified_language": get("warc-identified-content-language"),
        }
        return {name: value for name, value in known.items() if value}


def _said(reply: http.Response | None) -> dict[str, Any]:
    """What the server said of the document."""
    if reply is None:
        return {}
    known = {
        "headers": reply.as_json(),
        "robots": reply.headers.get("x-robots-tag"),
        "language": reply.headers.get("content-language"),
    }
    return {name: value for name, value in known.items() if value}


def _text(record: _Record, block: bytes) -> Content:
    """A conversion is a document: the text that somebody took out of a page."""
    declared = record.fields.get("content-type")
    decoded = decoded_text(block, http.charset(declared))
    text = decoded.text.replace("\r\n", "\n")
    title = short_line(text.lstrip()[:200].partition("\n")[0])
    return Content(text, title, {**record.about, **about_encoding(decoded)}, record.place, block)


def _short(record: _Record, tape: Tape) -> Trouble:
    """A record that ends before its length."""
    message = "the declared length is more than its member holds"
    found = Trouble(record.place, "wrong_length", message)
    if tape.last:
        message = "the file ends within the record; fetch it again"
        found = Trouble(record.place, "truncated_record", message)
    return _damaged(record.place, tape) or found


def _damaged(place: str, tape: Tape) -> Trouble | None:
    """The damage of the compressed stream that a record breaks off at, if it does."""
    damage = tape.damage()
    return Trouble(place, damage.error, damage.message) if damage else None
