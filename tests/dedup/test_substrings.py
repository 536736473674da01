"""Repeated spans: against brute force, where they may be cut, and what can't be made to explode."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.dedup import spans, windows
from corpuskit.dedup.substrings import Substrings, SubstringParams
from corpuskit.exchange import OUTCOME
from tests.dedup.driver import Corpus, documents, outcome, run

Found = dict[int, dict[str, Any]]


def stage(**params: Any) -> Substrings:
    return Substrings(SubstringParams(**{"length": 20, **params}))


def covered(texts: list[str], n: int, within: bool = True) -> dict[int, list[bool]]:
    """Characters in windows that stand earlier, by the plain definition."""
    seen: dict[str, int] = {}
    found = {}
    for doc, text in enumerate(texts):
        marks = [False] * len(text)
        for place in range(len(text) - n + 1):
            first = seen.setdefault(text[place : place + n], doc * 10**6 + place)
            if first < doc * 10**6 + (place if within else 0):
                marks[place : place + n] = [True] * n
        if any(marks):
            found[doc] = marks
    return found


def runs(marks: list[bool]) -> list[tuple[int, int]]:
    edges = [i for i in range(len(marks) + 1) if (marks + [False])[i] != ([False] + marks)[i]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def chars(text: str, cuts: list[dict[str, int]]) -> list[tuple[int, int]]:
    """Cuts in bytes as characters; fails inside of one."""
    data = text.encode()
    return [tuple(len(data[: cut[e]].decode()) for e in ("start", "stop")) for cut in cuts]  # type: ignore[misc]


def check(texts: list[str], found: Found, n: int, within: bool = True) -> None:
    """The outcome must be what the definition says, and each evidence true."""
    ids = [row["id"] for row in documents(texts)]
    truth = covered(texts, n, within)
    assert set(found) == set(truth)
    for doc, marks in truth.items():
        row = found[doc]
        assert row["repeated_spans"] == len(runs(marks))
        assert row["repeated_span_share"] == round(sum(marks) / len(marks), 6)
        told = [False] * len(marks)
        for span in row["span_of"]:
            of = ids.index(span["of"])
            assert of < doc or (within and of == doc)
            told[span["start"] : span["stop"]] = [True] * (span["stop"] - span["start"])
            first = texts[doc][span["start"] : span["start"] + n]
            assert first in (texts[of] if of < doc else texts[of][: span["stop"]])
        assert told == marks
        if "cut_bytes" in row:
            assert chars(texts[doc], row["cut_bytes"]) == runs(marks)


def random_texts(seed: int, letters: str) -> list[str]:
    """Short texts with planted, edited, nested and periodic repeats."""
    r = random.Random(seed)

    def some(size: int) -> str:
        return "".join(r.choice(letters) for _ in range(size))

    stock = [some(r.randrange(15, 120)) for _ in range(6)]
    stock += ["あいう" * 30, "ー" * 70]
    texts = []
    for _ in range(r.randrange(4, 30)):
        pieces = []
        for _ in range(r.randrange(0, 6)):
            piece = r.choice(stock)
            a = r.randrange(len(piece))
            pieces += [piece[a : a + r.randrange(5, 130)], some(r.choice([0, 1, 3, 30]))]
        texts.append("".join(pieces))
    return texts


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_equals_brute_force(tmp_path: Path, seed: int, within: bool) -> None:
    n = 20 + seed % 3 * 7
    letters = ["ab", "あアｱ亜", "がぱ𠮷１2あ\n ", "".join(map(chr, range(0x4E00, 0x4F00)))][seed % 4]
    texts = random_texts(seed, letters)
    exchange = stage(length=n, within=within, action="cut")
    found = run(tmp_path, exchange, documents(texts), parts=1 + seed % 4, partitions=1 + seed % 3)
    check(texts, found, n, within)
