"""Run corpuskit's own recipe over documents, and say what became of each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from benchlib.dedupcheck_corpus import Document
from benchlib.errors import BenchError

_COLUMNS = ("id", "source_id", "text")
_KEPT = (*_COLUMNS, "cluster", "cluster_size", "template_of", "template_jaccard")
_GONE = (*_COLUMNS, "duplicate_of", "jaccard", "containment", "bands_hit")


@dataclass(frozen=True)
class Fates:
    """What became of the documents; ids are the check's own.

    Attributes:
        kept: columns of each kept document, by id (``cluster``, ``cluster_size``,
            ``template_of``, ``template_jaccard``).
        gone: columns of each removed one (``duplicate_of``, ``jaccard``, ``containment``,
            ``bands_hit``).
    """

    kept: Mapping[str, Mapping[str, Any]]
    gone: Mapping[str, Mapping[str, Any]]


def deduplicate(
    documents: Sequence[Document], folder: Path, params: Mapping[str, Any] | None = None
) -> Fates:
    """Run `dedup.minhash` alone over the documents.

    Raises:
        BenchError: the run failed, or a document is in neither table.
    """
    source = folder / "documents.jsonl"
    with source.open("w", encoding="utf-8") as out:
        for document in documents:
            row = {"id": document.id, "text": document.text}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    sources = [{"name": "check", "path": str(source), "reader": "jsonl", "id": "id"}]
    tables = run(sources, [{"dedup.minhash": dict(params or {})}], folder)
    fates = named(tables)
    lost = {d.id for d in documents if d.text} - fates.kept.keys() - fates.gone.keys()
    if lost:
        raise BenchError(f"{len(lost)} documents are neither kept nor removed: {sorted(lost)[:5]}")
    return fates


def run(
    sources: Sequence[Mapping[str, Any]], stages: Sequence[Any], folder: Path
) -> dict[str, list[dict[str, Any]]]:
    """Run a recipe in a folder: rows of the tables ``data`` and ``duplicates``.

    Raises:
        BenchError: the run failed.
    """
    recipe = folder / "recipe.json"
    content = {
        "name": "check",
        "part_size": "8MB",
        "sources": list(sources),
        "stages": list(stages),
        "output": {"path": "out"},
    }
    recipe.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    command = [sys.executable, "-m", "corpuskit", "run", str(recipe), "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"corpuskit ended with {done.returncode}: {done.stderr[-2000:]}")
    return {
        "data": _rows(folder / "out" / "data", _KEPT),
        "duplicates": _rows(folder / "out" / "duplicates", _GONE),
    }


def _rows(folder: Path, columns: Sequence[str]) -> list[dict[str, Any]]:
    if not folder.exists():
        return []
    table = ds.dataset(folder, format="parquet")
    names = [name for name in (*columns, "source", "uri") if name in table.schema.names]
    found: list[dict[str, Any]] = table.to_table(names).to_pylist()
    return [{**dict.fromkeys(columns), **row} for row in found]


def named(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Fates:
    """The fates, with corpuskit's ids replaced by those of the source."""
    rows = [*tables["data"], *tables["duplicates"]]
    own = {row["id"]: row["source_id"] for row in rows} | {None: None}
    if len(own) <= len(rows):
        raise BenchError("two documents have one id")
    replaced = ("cluster", "template_of", "duplicate_of")
    both = [
        {row["source_id"]: {k: own[v] if k in replaced else v for k, v in row.items()}
         for row in tables[name]}
        for name in ("data", "duplicates")
    ]  # fmt: skip
    return Fates(*both)
