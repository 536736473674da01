"""Junk that is planted, and the comparison of language models, on a pool made up here."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from qualitylib import junk
from qualitylib.data import draw, piece
from qualitylib.outcome import Pool, compare, made, taken

from tests.conftest import text_of

GOOD = [text_of(seed) for seed in range(40)]


@pytest.mark.parametrize("kind", junk.MAKERS)
def test_junk_repeats_and_is_another_text(kind: str) -> None:
    made_once = junk.make(kind, GOOD[0], 1)
    assert made_once == junk.make(kind, GOOD[0], 1) != GOOD[0]
    assert made_once and junk.make(kind, "", 1)


def test_pieces_are_lines_of_the_text() -> None:
    for text in GOOD:
        found = piece(text, 100)
        assert 0 < len(found) <= 140 and set(found.split("\n")) <= set(text.split("\n"))
    assert piece("一" * 500, 100) == "一" * 100
    assert 0 <= draw("a", 1) < 1 and draw("a", 1) != draw("a", 2)


def test_a_pool_has_the_share_of_junk_that_is_asked_for() -> None:
    pool = made({"law": (GOOD[:20], []), "manual": (GOOD[20:], [])})
    sizes = np.array([len(text) for text in pool.texts])
    assert 0.28 < sizes[pool.junk != ""].sum() / sizes.sum() < 0.36
    assert set(pool.junk) == {"", *junk.MAKERS}


def test_texts_are_taken_to_the_character() -> None:
    keep = np.arange(40) % 2 == 0
    found = taken(GOOD, keep, 1000, 0)
    assert sum(map(len, found)) == 1000
    assert all(any(text.startswith(part) for text in GOOD[::2]) for part in found)
    assert taken(GOOD, keep, 1000, 1) != found


def test_clean_text_makes_the_better_model() -> None:
    bad = [junk.make("shuffled", text, 0) for text in GOOD[:30]]
    pool = Pool(GOOD[:30] + bad, np.array(["law"] * 60), np.array([""] * 30 + ["shuffled"] * 30))
    rows: list[str] = []
    choices = {"raw": np.ones(60, bool), "clean": pool.junk == "", "few": np.arange(60) < 2}
    compare(pool, {"law": GOOD[30:]}, choices, 2, 0.2, rows.append)
    table = {row.split("\t")[0]: row.split("\t") for row in rows[1:]}
    assert float(table["clean"][-2]) < float(table["raw"][-2])
    assert table["raw"][2:4] == ["1.000", "1.000"] and table["clean"][2:4] == ["1.000", "0.000"]
    assert table["few"][-1] == "–"
