"""HTTP responses as web archives hold them: head, chunks, content encodings, media types."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec
import zstandard

from corpuskit.ja.encodings import sniff
from corpuskit.readers.whole import UnreadableError

_MOST_HEAD = 256 << 10
_PIECE = 1 << 20
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"(?:HTTP/\d+(?:\.\d+)?|ICY)\s+(\d{3})\b")
_FOLD = re.compile(r"\r?\n[ \t]+")
_CHUNK = re.compile(rb"[ \t\r\n]{0,4}([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:+-]+)""", re.I)
#: Headers that are of the visit, not of the document.
_PRIVATE = frozenset({"set-cookie", "set-cookie2"})


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response.

    Attributes:
        status: three digits.
        headers: values by lower-case name, in order; those of the same name joined by a comma.
        body: as sent.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def as_json(self) -> str:
        """The headers as JSON, without cookies."""
        kept = {name: value for name, value in self.headers.items() if name not in _PRIVATE}
        return msgspec.json.encode(kept).decode()


def response(block: bytes) -> Response | None:
    """The response in a record's block, or None where it is none."""
    found = _HEAD_END.search(block, 0, _MOST_HEAD)
    head = block[: found.start()] if found else block[:_MOST_HEAD]
    lines = head_lines(head)
    status = _STATUS.match(lines[0])
    if status is None:
        return None
    return Response(int(status[1]), fields(lines[1:]), block[found.end() :] if found else b"")


def head_lines(raw: bytes) -> list[str]:
    """Lines of a head, unfolded: UTF-8, else byte by byte."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    return text.split("\n")


def fields(lines: list[str]) -> dict[str, str]:
    """Header fields by lower-case name."""
    pairs = [
        (name.strip().lower(), value.strip())
        for name, colon, value in [line.partition(":") for line in lines]
        if colon
    ]
    found = dict(pairs)
    if len(found) < len(pairs):  # a field that is there twice
        found.clear()
        for name, value in pairs:
            found[name] = f"{found[name]}, {value}" if name in found else value
    found.pop("", None)
    return found


@dataclass(frozen=True, slots=True)
class Payload:
    """What a body is once unpacked; `damage` is empty, ``truncated`` or ``corrupt``."""

    data: bytes
    damage: str = ""


def payload(found: Response, limit: int) -> Payload:
    """Undo the chunks and the content encodings that are really there.

    Crawlers often undo them and leave the headers as they were.

    Raises:
        UnreadableError: ``record_too_large``.
    """
    data, damage = found.body, ""
    if "chunked" in found.headers.get("transfer-encoding", "").lower():
        data, damage = _joined_chunks(data)
    named = re.split(r"[,\s]+", found.headers.get("content-encoding", "").lower())
    for name in [each for each in reversed(named) if each in _DECODERS][:_MOST_ENCODINGS]:
        done = _decoded(data, name, limit)
        if done is not None:
            data, damage = done.data, damage or done.damage
    return Payload(data, damage)


_MOST_ENCODINGS = 3
_PACKED = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd")


def _joined_chunks(body: bytes) -> tuple[bytes, str]:
    at = 0
    got: list[bytes] = []
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        at = found.end()
        if size == 0:
            return b"".join(got), ""
        got.append(body[at : at + size])
        at += size
        if at > len(body):
            return b"".join(got), "truncated"
    if not got:
        return body, ""  # the chunks were undone when it was archived
    return b"".join(got), "truncated" if len(body) - at <= 2 else "corrupt"


def _decoded(data: bytes, name: str, limit: int) -> Payload | None:
    """Unpacked, or None where the bytes are not in this encoding."""
    pieces: list[bytes] = []
    size, damage = 0, ""
    try:
        for piece in _DECODERS[name](data):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                message = f"the body expands to more than {limit} bytes; raise max_record_bytes"
                raise UnreadableError("record_too_large", message)
    except EOFError:
        damage = "truncated"
    except (zlib.error, zstandard.ZstdError, OSError):
        damage = "corrupt"
    if damage and not size and not data.startswith(_PACKED) and sniff(data[:4096]):
        return None
    return Payload(b"".join(pieces), damage)


def _inflated(data: bytes, bits: int) -> Iterator[bytes]:
    inner = zlib.decompressobj(wbits=bits)
    fed = data
    while not inner.eof:
        out = inner.decompress(fed, _PIECE)
        fed = inner.unconsumed_tail
        if not fed and not out and not inner.eof:
            raise EOFError
        yield out


def _gzip(data: bytes) -> Iterator[bytes]:
    return _inflated(data, 31)


def _deflate(data: bytes) -> Iterator[bytes]:
    """With zlib's head, as the standard says, or without, as many servers send it."""
    zlib_head = len(data) > 1 and data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _inflated(data, 15 if zlib_head else -15)


def _zstd(data: bytes) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor().stream_reader(data) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _brotli(data: bytes) -> Iterator[bytes]:
    from fastwarc.stream_io import BrotliReader

    stream: Any = BrotliReader(io.BytesIO(data))
    while piece := stream.read(_PIECE):
        yield piece


_DECODERS = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}

#: Endings by which readers know a media type; the first is given to names without one.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "text/html": (".html", ".htm", ".xhtml"),
    "application/xhtml+xml": (".xhtml", ".html", ".htm"),
    "text/plain": (".txt", ""),
    "text/markdown": (".md", ".markdown"),
    "text/csv": (".csv",),
    "text/xml": (".xml", ""),
    "text/rtf": (".rtf",),
    "application/xml": (".xml", ""),
    "application/rss+xml": (".xml", ".rss"),
    "application/atom+xml": (".xml", ".atom"),
    "application/json": (".json", ".jsonl"),
    "application/ld+json": (".json",),
    "application/pdf": (".pdf",),
    "application/rtf": (".rtf",),
    "application/msword": (".doc", ".docx"),
    "application/vnd.ms-excel": (".xls", ".xlsx"),
    "application/vnd.ms-powerpoint": (".ppt", ".pptx"),
    "application/epub+zip": (".epub",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
}
#: Taken unless the recipe says otherwise: what people read, and not data.
DOCUMENTS = tuple(
    name for name in ENDINGS if not name.endswith(("/json", "+json", "/csv", "text/xml", "n/xml"))
)
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream", "unknown"})
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.I)


def media_type(declared: str | None, data: bytes) -> str:
    """The media type: as declared, or what the bytes are where nothing is; may be empty."""
    name = (declared or "").partition(";")[0].strip().lower()
    if name not in _SAYS_NOTHING and "/" in name and name != "unknown/unknown":
        return name
    if data.startswith(b"%PDF"):
        return "application/pdf"
    if _HTML.search(data, 0, 1024):
        return "text/html"
    return "text/plain" if sniff(data[:4096]) else ""


def charset(declared: str | None) -> str | None:
    """The charset of a content type."""
    found = _CHARSET.search(declared or "")
    return found[1] if found else None


#: Scheme and host, then the path without query and fragment.
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*([^?#]*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def file_name(url: str, kind: str) -> str:
    """A name for a document: the last part of its address, with the ending of its media type."""
    found = _PATH.match(url)
    last = found[1].rpartition("/")[2] if found else ""
    if "%" in last:
        last = unquote(last, errors="replace")
    last = _CONTROL.sub("", last)[-100:] or "index"
    endings = ENDINGS.get(kind, ("",))
    if "" in endings and "." in last[1:]:
        return last
    return last if last.lower().endswith(tuple(filter(None, endings))) else last + endings[0]
