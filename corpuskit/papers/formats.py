"""The formats of `corpuskit export`: which files each writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from corpuskit.errors import InputError, OutputError
from corpuskit.manifest import load
from corpuskit.papers import (
    attribution,
    croissant,
    cyclonedx,
    datasheet,
    eu,
    oasis,
    principle,
    spdx,
)
from corpuskit.papers.dataset import Dataset

#: Contents by file name; in pieces where a file may be larger than memory.
Files = Mapping[str, Iterable[bytes]]


def _croissant(dataset: Dataset) -> Files:
    return {croissant.NAME: (croissant.croissant(dataset.facts),)}


#: What makes the files of each format.
FORMATS: Mapping[str, Callable[[Dataset], Files]] = {
    "attribution": attribution.files,
    "croissant": _croissant,
    "cyclonedx": cyclonedx.files,
    "datasheet": datasheet.files,
    "eu-summary": eu.files,
    "oasis": oasis.files,
    "principle-code": principle.files,
    "spdx": spdx.files,
}


def export(name: str, out: Path, to: Path) -> list[Path]:
    """Write the files of a format.

    Args:
        name: one of `FORMATS`.
        out: the dataset.
        to: folder to write; created. It may not lie in the dataset, whose files are all listed in
            `SHA256SUMS`.

    Returns:
        The files written, sorted.

    Raises:
        InputError: there is no dataset in `out`, or it is damaged.
        OutputError: `to` can't be written, or lies in the dataset.
    """
    dataset = Dataset(out, load(out / "manifest.json"))
    if to.resolve().is_relative_to(out.resolve()):
        raise OutputError(
            f"{to} lies in the dataset, whose files are all listed in SHA256SUMS",
            "choose another folder with --to",
        )
    return sorted(_write(to, file, parts) for file, parts in FORMATS[name](dataset).items())


def _write(folder: Path, name: str, parts: Iterable[bytes]) -> Path:
    """Write through a temporary name, so that no half of a file is left behind."""
    path, temp = folder / name, folder / f".{name}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temp.open("wb") as stream:
            for part in parts:
                stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())
        temp.replace(path)
    except InputError:
        temp.unlink(missing_ok=True)
        raise
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}", "choose another folder with --to") from error
    return path
