"""Repeated n-grams against counts in plain Python."""

from __future__ import annotations

from collections import Counter
from math import isqrt
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.ngrams import COLUMNS, FIRST, LAST, ngram_counts
from corpuskit.signals.ngrams import Ngrams
from corpuskit.signals.repetition import Repetition
from tests.kernels.traps import TEXTS


def counted(texts: list[str]) -> list[Any]:
    out = np.full((len(texts), LAST - FIRST + 1, len(COLUMNS)), 99, np.int64)
    ngram_counts(*text_buffers(pa.array(texts, pa.string())), out, np.empty(len(texts), np.int64))
    rows: list[Any] = out.tolist()
    return rows


def reference(text: str, n: int) -> list[int]:
    grams = [text[i : i + n] for i in range(len(text) - n + 1)]
    counts = Counter(grams)
    repeated = sorted((c for c in counts.values() if c > 1), reverse=True)
    seen: set[str] = set()
    at = chars = 0
    while at < len(grams):
        if grams[at] in seen:
            at, chars = at + n, chars + n
        else:
            seen.add(grams[at])
            at += 1
    tops = sum(repeated[: isqrt(len(counts))])
    most = max(counts.values(), default=0)
    return [len(grams), len(counts), len(repeated), sum(repeated), most, tops, chars]


def compare(texts: list[str]) -> None:
    expected = [[reference(text, n) for n in range(FIRST, LAST + 1)] for text in texts]
    assert counted(texts) == expected


def test_the_traps() -> None:
    compare(
        [
            *TEXTS,
            "同じ文です。" * 40,
            "あいうえおかきくけこ" * 3 + "さしすせそ",
            "𠮷🎉" * 20,
            "a" * 500,
        ]
    )


@given(st.lists(st.text("あいe𠮷\n", max_size=120), max_size=5))
def test_any_text(texts: list[str]) -> None:
    compare(texts)


def test_shares_by_hand() -> None:
    batch = pa.RecordBatch.from_pydict({"text": pa.array(["あいうえおあいうえおか", "", "あ"])})
    row, *others = Ngrams().process(batch).to_pylist()
    assert row["top_2gram_ratio"] == 0.2  # あい, twice of ten
    assert row["top_2gram_char_ratio"] == round(4 / 11, 6)
    assert row["duplicate_5gram_type_ratio"] == round(1 / 6, 6)  # あいうえお, of six
    assert row["duplicate_5gram_ratio"] == round(2 / 7, 6)
    assert row["duplicate_5gram_char_ratio"] == round(5 / 11, 6)
    for other in others:
        assert {v for k, v in other.items() if k != "text"} == {0.0}


def test_repetition_is_the_same_beside_them() -> None:
    texts = [*TEXTS, "同じ文です。" * 40]
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts)})
    alone = Repetition().process(batch)
    copy = pa.RecordBatch.from_pydict({"text": pa.array(texts)})
    after = Repetition().process(Ngrams().process(copy))
    for name in ("top_ngram_ratio", "longest_run"):
        assert alone.column(name) == after.column(name)
