"""The MediaWiki reader against texts made without it from the wikitext of pages of a real dump.

The texts are not in the project, only hashes of their 5-grams; docs/extraction.md tells the rest.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib.errors import BenchError
from benchlib.grams import Match, match
from benchlib.truths import compared, load, save, written

from corpuskit.readers.wiki.reader import MediaWiki

from .reading import read, shared

#: 静岡県: of a table whose rows are templates alone, the heading, caption and header are not read.
LOW = 90552723


def test_pages_read_as_they_do_without_the_reader() -> None:
    path = next(iter(shared("fixtures/xml_wikidump").glob("*.xml.bz2")))
    records = read(MediaWiki(), path).records
    truths = load()
    assert len(truths) == 41
    assert sum(truth.grams.total() for truth in truths) > 140_000
    texts = {json.loads(row["meta"])["revision_id"]: row["text"] for row in records}
    found = compared(texts, truths)
    assert sum(one.recall for one in found.values()) / len(found) >= 0.99
    assert sum(one.precision for one in found.values()) / len(found) >= 0.99
    low = {page: one for page, one in found.items() if min(one.recall, one.precision) < 0.98}
    assert sorted(low) == [LOW]
    assert low[LOW].recall >= 0.96
    assert low[LOW].precision >= 0.99


TEXT = "始めの段落がある。\n\n## 歴史\n\n昔々のことである。\n\n### 近代\n\n𠮷田という人がいた。\n"


def test_hashes_of_a_folder_give_the_figures_of_its_texts(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "12.txt").write_text(TEXT, "utf-8")
    (folder / "7.part.txt").write_text(TEXT, "utf-8")
    save(written(folder), tmp_path / "a.npz")
    truths = load(tmp_path / "a.npz")
    assert truths == written(folder)
    part, whole = truths
    assert (part.revision, whole.revision, whole.sections) == (7, 12, None)
    other = TEXT.replace("昔々", "今") + "\n## 地理\n\n山が多い。川も多い。\n"
    assert whole.held_against(other) == match(other, TEXT)
    assert part.held_against(other) == match(other[: other.index("## 地理")], TEXT)
    assert part.held_against(TEXT + "\n## 地理\n\n山が多い。") == Match(1.0, 1.0)
    assert compared({12: TEXT}, truths) == {7: Match(0.0, 1.0), 12: Match(1.0, 1.0)}


def test_files_of_other_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "東京.txt").write_text(TEXT, "utf-8")
    with pytest.raises(BenchError, match=r"not named <revision>\.txt"):
        written(tmp_path)
