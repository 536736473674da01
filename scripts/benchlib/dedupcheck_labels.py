"""The labelled pairs of `labels/near_dup_pairs.tsv`, as far as their documents are at hand.

Many documents are at hand twice: as a row of the corpus, whose text another tool extracted, and as
the original file among the fixtures, which corpuskit reads. Pairs are looked at once with rows
first and once with files first, in two runs; similarities are measured on what corpuskit read, so
they differ from the label's where one of a pair comes from a row and the other from a file. A file
of which there is no record, or more than one, is left out and named.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchlib import dedupcheck_theory as theory
from benchlib.dedupcheck_corpus import Document, lines
from benchlib.dedupcheck_run import Fates, named, run
from benchlib.dedupcheck_truth import Sets
from benchlib.dedupcheck_verdict import RECALL, Judge
from benchlib.table import aligned
from corpuskit.dedup.minhash import MinHashParams

#: Length and id decide, for the verdict knows no dates of files.
PARAMS = {"keep": ["length", "id"]}
_BOUND = 0.8
_RAW = "raw/"


@dataclass
class Kind:
    """Pairs of one kind.

    Attributes:
        pairs: at hand.
        near: of these, at or above the bound by our measure.
        labelled: at or above the bound by the label.
        gone, templates, missed: fates of the near ones.
        merged: pairs below the bound of which one names the other as kept.
        farthest: largest difference between our Jaccard and the label's.
    """

    pairs: int = 0
    near: int = 0
    labelled: int = 0
    gone: int = 0
    templates: int = 0
    missed: int = 0
    merged: int = 0
    farthest: float = 0.0


@dataclass
class Labelled:
    """What the check of the labelled pairs found.

    Attributes:
        first: what was preferred, ``rows`` or ``files``.
        documents: read; `files` of them from their own file.
        files: see there.
        left_out: files that aren't one document.
        kinds: by kind of pair.
        problems: what must not be.
    """

    first: str
    documents: int = 0
    files: int = 0
    left_out: list[str] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the near pairs that is found."""
        near = sum(kind.near for kind in self.kinds.values())
        missed = sum(kind.missed for kind in self.kinds.values())
        return 1 - missed / near if near else 1.0

    def violations(self) -> list[str]:
        """What must not be."""
        name = f"labels, {self.first} first"
        found = [f"{name}: {problem}" for problem in self.problems]
        if self.recall < RECALL:
            found.append(f"{name}: {self.recall:.4f} of the near pairs are found, not {RECALL}")
        found += [
            f"{name}: {kind.merged} pairs of '{kind_name}' below the bound are merged"
            for kind_name, kind in self.kinds.items()
            if kind.merged
        ]
        return found


def check(data: Path, folder: Path, first: str) -> Labelled:
    """Run corpuskit over the documents at hand, and look at each pair.

    Args:
        data: folder with ``corpus``, ``fixtures`` and ``labels``.
        folder: for the run; it must not be there yet.
        first: ``rows`` or ``files``.
    """
    folder.mkdir()
    with (data / "labels/near_dup_pairs.tsv").open(encoding="utf-8") as table:
        pairs = list(csv.DictReader(table, delimiter="\t"))
    wanted = {pair[side] for pair in pairs for side in ("path_a", "path_b")}
    found = Labelled(first)
    documents, fates = _read(data, folder, wanted, found)
    found.documents = len(documents)
    _look(documents, fates, pairs, found)
    return found


def _read(
    data: Path, folder: Path, wanted: set[str], found: Labelled
) -> tuple[list[Document], Fates]:
    """The documents as corpuskit read them, and their fates; their ids are the labels' paths."""
    rows = _rows(data / "corpus", wanted)
    own = _own_files(data / "fixtures", wanted)
    if found.first == "rows":
        own = {path: file for path, file in own.items() if path not in rows}
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as sink:
        for path in sorted(rows.keys() - own.keys()):
            sink.write(json.dumps({"id": path, "text": rows[path]}, ensure_ascii=False) + "\n")
    files = folder / "files"
    uris = {}
    for number, (path, file) in enumerate(sorted(own.items())):
        uri = f"{number}/{Path(path).name}"
        uris[uri] = path
        (files / uri).parent.mkdir(parents=True)
        shutil.copyfile(file, files / uri)
    sources = [
        {"name": "rows", "path": str(folder / "rows.jsonl"), "reader": "jsonl", "id": "id"},
        {"name": "files", "path": str(files)},
    ]
    tables = run(sources, [{"dedup.minhash": PARAMS}], folder)
    counts: dict[str, int] = {}
    for row in (*tables["data"], *tables["duplicates"]):
        if row["source"] == "files":
            row["source_id"] = uris[row["uri"]]
            counts[row["source_id"]] = counts.get(row["source_id"], 0) + 1
            row["source_id"] += "" if counts[row["source_id"]] == 1 else f"#{row['id']}"
    found.files = len(counts)
    found.left_out = sorted(path for path in own if counts.get(path, 0) != 1)
    fates = named(tables)
    texts = {i: row["text"] for i, row in (*fates.kept.items(), *fates.gone.items())}
    return [Document(i, texts[i]) for i in sorted(texts)], fates


def _rows(corpus: Path, wanted: set[str]) -> dict[str, str]:
    """Texts of the corpus by path."""
    found = {}
    for path in sorted(corpus.glob("*.jsonl.zst")):
        for line in lines(path):
            row = json.loads(line)
            if _RAW + row["path"] in wanted:
                found[_RAW + row["path"]] = row["text"]
    return found


def _own_files(fixtures: Path, wanted: set[str]) -> dict[str, Path]:
    """Files among the fixtures by path."""
    with (fixtures / "MANIFEST.tsv").open(encoding="utf-8") as table:
        return {
            row["origin_path"]: fixtures / row["file"]
            for row in csv.DictReader(table, delimiter="\t")
            if row["origin_path"] in wanted
        }


def _look(
    documents: Sequence[Document],
    fates: Fates,
    labels: Sequence[Mapping[str, str]],
    found: Labelled,
) -> None:
    sets = Sets([document.text for document in documents])
    judge = Judge(documents, sets, fates, MinHashParams.model_validate(PARAMS))
    found.problems = judge.verdict(sets.pairs(theory.FLOOR)).violations
    at = {document.id: i for i, document in enumerate(documents) if document.id}
    for path in found.left_out:
        at.pop(path, None)
    there = [label for label in labels if label["path_a"] in at and label["path_b"] in at]
    left, right = (
        np.array([at[label[side]] for label in there], np.int64) for side in ("path_a", "path_b")
    )
    jaccard = sets.jaccard(left, right, sets.common(left, right))
    for label, value in zip(there, jaccard.tolist(), strict=True):
        kind = found.kinds.setdefault(label["kind"], Kind())
        _count(kind, label, value, fates)


def _count(kind: Kind, label: Mapping[str, str], jaccard: float, fates: Fates) -> None:
    one, two = label["path_a"], label["path_b"]
    kind.pairs += 1
    kind.labelled += float(label["jaccard_char5"]) >= _BOUND
    kind.farthest = max(kind.farthest, abs(jaccard - float(label["jaccard_char5"])))
    gone: list[Mapping[str, Any]] = [fates.gone[i] for i in (one, two) if i in fates.gone]
    if jaccard < _BOUND:
        kind.merged += any(row["duplicate_of"] in (one, two) for row in gone)
        return
    kind.near += 1
    if gone:
        kind.gone += 1
    elif fates.kept[one]["cluster"] and fates.kept[one]["cluster"] == fates.kept[two]["cluster"]:
        kind.templates += 1  # the verdict has looked whether their numbers differ
    else:
        kind.missed += 1


def report(found: Labelled) -> str:
    """The table as text."""
    rows = [("labelled pairs", "at hand", "label >= 0.8", "measured >= 0.8", "one gone",
             "templates", "missed", "merged below", "farthest from label")]  # fmt: skip
    for name, kind in sorted(found.kinds.items()):
        numbers = (kind.pairs, kind.labelled, kind.near, kind.gone, kind.templates, kind.missed,
                   kind.merged)  # fmt: skip
        rows.append((name, *map(str, numbers), f"{kind.farthest:.4f}"))
    left_out = "".join(f"\n  left out, not one document: {path}" for path in found.left_out)
    return (
        f"\n{found.first} first: {found.documents:,} documents of labelled pairs, {found.files} "
        f"from their own file"
        f"{left_out}\n{aligned(rows)}\nrecall: {found.recall:.4%}"
    )
