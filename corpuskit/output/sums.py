"""`SHA256SUMS`: a digest for every file of a dataset, as ``sha256sum -c`` reads it.

Files whose path has a component that begins with a dot (``.gitattributes``, ``.cache/``) are not
part of a dataset: neither `datasets` nor this list looks at them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

NAME = "SHA256SUMS"
_LINE = re.compile(r"^(\\?)([0-9a-f]{64})[ ][ *](.+)$")


def dataset_files(out: Path) -> Iterator[str]:
    """Paths of a dataset's files below `out`, with ``/``, sorted, without `SHA256SUMS`."""
    found: list[str] = []
    for folder, folders, names in os.walk(out):
        folders[:] = [name for name in folders if not name.startswith(".")]
        base = Path(folder).relative_to(out)
        found += [(base / name).as_posix() for name in names if not name.startswith(".")]
    yield from sorted(path for path in found if path != NAME)


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sums_text(sums: Mapping[str, str]) -> str:
    """The text of `SHA256SUMS` for digests by path: sorted, two spaces, one file a line."""
    return "".join(_line(path, sums[path]) for path in sorted(sums))


def _line(path: str, digest: str) -> str:
    """One line; like GNU's tool, a backslash in front says that the name holds escapes."""
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == path else chr(92)}{digest}  {escaped}\n"


def compute_sums(out: Path, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Digests of all files of a dataset by path.

    Args:
        out: the dataset.
        known: digests by path that were taken while the files were written.
    """
    known = known or {}
    return {path: known.get(path) or file_sha256(out / path) for path in dataset_files(out)}


def write_sums(out: Path, known: Mapping[str, str] | None = None) -> Path:
    """Write `SHA256SUMS` over every other file of the dataset, through a temporary name.

    Args:
        out: the dataset.
        known: see `compute_sums`.

    Returns:
        The path written.
    """
    path, temp = out / NAME, out / f".{NAME}.tmp"
    with temp.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(sums_text(compute_sums(out, known)))
        stream.flush()
        os.fsync(stream.fileno())
    temp.replace(path)
    return path


def read_sums(path: Path) -> dict[str, str]:
    """Digests by path.

    Raises:
        ValueError: a line is not ``DIGEST  PATH``; names its number.
    """
    sums: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        found = _LINE.match(line)
        if not found:
            raise ValueError(f"line {number} is not a digest and a path")
        name = _unescape(found[3]) if found[1] else found[3]
        sums[name] = found[2]
    return sums


def _unescape(name: str) -> str:
    plain = {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}
    return re.sub(r"\\[\\nr]", lambda match: plain[match[0]], name)
