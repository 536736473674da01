"""Extracted text against the other form of the same document; docs/extraction.md tells the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib.grams import match
from benchlib.ingest import TASKS, _files, _other_form
from benchlib.peers import extraction

from tests.readers.reading import shared

#: Recall and precision of character 5-grams to reach.
BOUNDS = {"html": 0.98, "docx": 0.98, "pptx": 0.95, "xlsx": 0.95, "pdf": 0.95}
#: Where the two forms really differ: what is reached. docs/extraction.md says where and why.
DIFFERENT = {
    ("docx", "dp2021_06_att"): (0.85, 0.98),
    ("docx", "dp2021_07_att"): (0.96, 0.98),
    ("pdf", "dp2021_06_att"): (0.98, 0.85),
    ("pdf", "東京都オープンソース公開ガイドライン"): (0.97, 0.90),
}


@pytest.fixture(scope="module")
def text_of() -> Callable[[Path], str]:
    extract = extraction.corpuskit("")
    known: dict[Path, str] = {}

    def text(path: Path) -> str:
        if path not in known:
            known[path] = extract(path, path.read_bytes())[0]
        return known[path]

    return text


@pytest.mark.parametrize("kind", sorted(BOUNDS))
def test_both_forms_have_the_same_text(
    kind: str, text_of: Callable[[Path], str], tmp_path: Path
) -> None:
    root = shared("fixtures")
    task = next(task for task in TASKS if task.kind == kind)
    pairs = [(p, o) for p in _files(task, root, tmp_path) if (o := _other_form(kind, p, root))]
    assert len(pairs) >= {"html": 11, "docx": 8, "pdf": 9}.get(kind, 1)
    low = []
    for path, other in pairs:
        found = match(text_of(path), text_of(other))
        name = path.stem.split("__")[-1]
        recall, precision = DIFFERENT.get((kind, name), (BOUNDS[kind], BOUNDS[kind]))
        if found.recall < recall or found.precision < precision:
            low.append((name, round(found.recall, 4), round(found.precision, 4)))
    assert low == []
