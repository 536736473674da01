"""Repetition against a plain-Python count."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from math import isqrt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.signals.repetition import Repetition, RepetitionParams


def measured(texts: list[str], n: int = 5) -> list[tuple[float, int]]:
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})
    rows: list[Any] = Repetition(RepetitionParams(ngram=n)).process(batch).to_pylist()
    return [(row["top_ngram_ratio"], row["longest_run"]) for row in rows]


def expected(text: str, n: int = 5) -> tuple[float, int]:
    counts = Counter(text[i : i + n] for i in range(len(text) - n + 1))
    runs = [len(list(g)) for c, g in groupby(text) if c not in " \u3000\n"]
    if not counts:
        return 0.0, max(runs, default=0)
    repeated = sum(1 for c in counts.values() if c > 1)
    top = sorted(counts.values(), reverse=True)[: min(isqrt(len(counts)), repeated)]
    return round(sum(top) / sum(counts.values()), 6), max(runs, default=0)


BY_HAND = [
    "",
    "あ",
    "同じ文です。" * 40,
    "ーーーーーー",
    "あいうえおかきくけこ" * 3 + "さしすせそ",
    "𠮷🎉" * 20,
    "\n\n\n  x",
    "a" * 5000,
]


@pytest.mark.parametrize("text", BY_HAND)
def test_texts_by_hand(text: str) -> None:
    assert measured([text]) == [expected(text)]


@given(st.lists(st.text("あいうe𠮷 \n", max_size=300), max_size=6), st.integers(1, 7))
def test_any_text(texts: list[str], n: int) -> None:
    assert measured(texts, n) == [expected(text, n) for text in texts]


def test_a_large_text_after_small_ones() -> None:
    texts = ["小さい", "大きい文章を繰り返す。" * 3000, "小さい"]
    assert measured(texts) == [expected(text) for text in texts]
