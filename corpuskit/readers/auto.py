"""Chooses the reader of a file by its content, then by its declared type, then by its name."""

from __future__ import annotations

import os
from collections.abc import Mapping

from corpuskit.readers.compression import Openable, Unpacked, head, plain_name
from corpuskit.readers.protocol import InputFile, Reader

#: Bytes that a reader is shown, unpacked.
HEAD = 4096
#: Which of equally sure readers is taken: the one that asks most of a file first; others follow by
#: name. Plain text takes what nobody else wants.
_ORDER = (
    "parquet",
    "docx",
    "xlsx",
    "pptx",
    "odt",
    "ods",
    "odp",
    "epub",
    "pdf",
    "warc",
    "law",
    "minutes",
    "jsonl",
    "wiki",
    "patent",
    "feed",
    "docbook",
    "tmx",
    "mail",
    "aozora",
    "html",
    "po",
    "pod",
    "man",
    "review",
    "rst",
    "tex",
    "markdown",
    "json",
    "csv",
    "zip",
    "tar",
    "xml",
)
#: Readers of types that a server, mail or archive declares.
_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "application/pdf": "pdf",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/epub+zip": "epub",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "message/rfc822": "mail",
    "application/zip": "zip",
    "application/x-tar": "tar",
}


def choose(file: Openable, readers: Mapping[str, type[Reader]]) -> str | None:
    """Name of the reader that is surest of a file; None where no reader recognises it.

    Args:
        file: it may be compressed.
        readers: what is installed, by name.

    Raises:
        OSError: the file can't be read.
    """
    first = head(file, HEAD)
    sure = {
        key: cls.recognises(first, file.name.lower())
        for key, cls in readers.items()
        if cls.scope == "file"
    }
    best = min(sure, key=lambda key: (-sure[key], _rank(key)), default=None)
    if best is None or sure[best] < 2:
        declared = _declared(file)
        if declared in sure:
            best = declared
        elif best is None or sure[best] <= 0:
            return None
    if best == "text" and "aozora" in sure and _ends_like_aozora(file, readers["aozora"]):
        return "aozora"
    return best


def _declared(file: Openable) -> str | None:
    """The reader of the type that the file's container declares."""
    kind = file.media_type if isinstance(file, InputFile) else None
    return _TYPES.get(kind or "")


def _rank(key: str) -> tuple[int, str]:
    """Readers of others come before plain text, which says yes to any text."""
    if key == "text":
        return len(_ORDER) + 1, key
    return _ORDER.index(key) if key in _ORDER else len(_ORDER), key


def _ends_like_aozora(file: Openable, aozora: type[Reader]) -> bool:
    """Works without ruby have no note block at their head, only the footer."""
    if plain_name(file.name) != file.name.lower() or Unpacked(file).codec is not None:
        return False
    with file.open() as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - HEAD))
        last = stream.read(HEAD)
    whole_lines = last[last.find(b"\n") + 1 :]
    return aozora.recognises(whole_lines, file.name.lower()) > 1
