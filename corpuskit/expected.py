"""How many documents an inventory is expected to give, without reading it all.

Parquet says it; JSON Lines are counted, compressed ones by a sample; any other file counts as one
document (an archive or a dump gives more: `exact` then is False).
"""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zstandard

from corpuskit.inventory import Inventory
from corpuskit.readers.compression import Codec, codec_of
from corpuskit.readers.protocol import InputFile

#: Bytes at a compressed file's start whose lines are counted.
SAMPLE = 1 << 20
_ONE_EACH = frozenset({"text", "html", "docx", "pdf", "markdown", "rst", "odt", "rtf", "law"})


@dataclass(frozen=True, slots=True)
class Documents:
    """An expected number of documents, and whether every file could say its own."""

    count: int
    exact: bool


def documents(inventory: Inventory) -> Documents:
    """Documents expected of all files together."""
    count, exact = 0, True
    for _, file, reader in inventory.files:
        found, sure = _of_file(file, reader)
        count += found
        exact = exact and sure
    return Documents(count, exact)


def _of_file(file: InputFile, reader: str) -> tuple[int, bool]:
    counter = _COUNTERS.get(reader)
    if counter is None:
        return 1, reader in _ONE_EACH
    try:
        return counter(file)
    except (
        OSError,
        ValueError,
        EOFError,
        zlib.error,
        zstandard.ZstdError,
    ):  # what is wrong with it is said when it is read
        return 1, False


def _parquet_rows(file: InputFile) -> tuple[int, bool]:
    import pyarrow.parquet as pq

    return pq.read_metadata(Path(file.path)).num_rows, True


def _lines(file: InputFile) -> tuple[int, bool]:
    """Line feeds, counted while the file was hashed; of a compressed one, those of a sample."""
    with Path(file.path).open("rb") as stream:
        head = stream.read(SAMPLE)
    codec = codec_of(head, file.uri)
    if codec is None:
        return max(file.newlines, 1), True
    lines = _expanded(head, codec).count(b"\n")
    return max(1, round(lines * file.size / max(len(head), 1))), len(head) == file.size


def _expanded(head: bytes, codec: Codec) -> bytes:
    """The first bytes of a compressed file, expanded as far as they go."""
    if codec == "zstd":
        return bytes(zstandard.ZstdDecompressor().decompressobj().decompress(head))
    if codec == "gzip":
        return zlib.decompressobj(wbits=31).decompress(head)
    return bz2.BZ2Decompressor().decompress(head)


_COUNTERS: dict[str, Callable[[InputFile], tuple[int, bool]]] = {
    "parquet": _parquet_rows,
    "jsonl": _lines,
}
