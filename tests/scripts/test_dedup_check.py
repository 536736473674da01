"""`scripts/dedup_check` over 2,000 real documents with edits, and the labelled pairs."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib import dedupcheck_labels as labels
from benchlib import dedupcheck_theory as theory
from benchlib.dedupcheck import check, report
from benchlib.dedupcheck_corpus import LONGEST, PLANTED, documents

from tests.readers.reading import shared


def test_two_thousand_documents(tmp_path: Path) -> None:
    found = documents(shared("corpus"), 2000, 1)
    assert len(found) == 3000 and len({document.id for document in found}) == 3000
    assert max(len(d.text) for d in found if not d.edit) == LONGEST
    edits = Counter(document.edit for document in found if document.edit)
    assert set(edits) == {f"{name} {strength:g}" for name, strength in PLANTED}
    result = check(found, range(1, 4), tmp_path / "run")
    assert result.violations() == []
    assert result.recall >= 0.99 and result.verdict.recall >= 0.99
    assert result.verdict.removed > 200 and result.verdict.templates > 100
    assert len(result.bins) == 3 * theory.BINS and all(one.trials > 50 for one in result.bins)
    assert sum(row.pairs for row in result.verdict.rows) > 600
    assert "18 x 6" in report(result)


def test_labelled_pairs(tmp_path: Path) -> None:
    found = labels.check(shared("."), tmp_path / "run", "rows")
    assert found.violations() == [] and found.recall >= 0.99
    assert sum(kind.near for kind in found.kinds.values()) > 150
    assert found.kinds["hard_negative_same_title"].pairs == 8
    assert found.files > 20 and found.left_out == []
    assert "hard_negative" in labels.report(found)
