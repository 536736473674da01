"""Chooses the reader of a file by its content, then by its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from corpuskit.readers.protocol import Reader

HEAD = 4096


def choose(path: Path, readers: Mapping[str, type[Reader]]) -> str | None:
    """Name of the reader that is surest of a file; None where no reader recognises it.

    Equally sure readers are taken by the longest matching file name ending, then by name.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    name = path.name.lower()
    ranked = [
        (cls.recognises(head, name), max((len(e) for e in cls.endings if name.endswith(e)), default=0), key)
        for key, cls in readers.items()
        if cls.scope == "file"
    ]
    best = max(ranked, key=lambda r: (r[0], r[1]), default=(0, 0, ""))
    return best[2] if best[0] > 0 else None
