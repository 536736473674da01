"""Letters, sentences, lines and paragraphs against the published definitions in plain Python."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.units import COLUMNS, LONGEST_MEDIAN, unit_counts
from corpuskit.signals.blocks import Blocks
from corpuskit.signals.letters import Letters
from corpuskit.signals.sentences import Sentences
from tests.kernels.traps import TEXTS

any_text = st.text(st.sampled_from("あカ漢。．！!?\n 　.…・#-、\x1c\rー𠮷•"), max_size=60)


def counted(texts: list[str]) -> list[dict[str, int]]:
    out = np.full((len(texts), len(COLUMNS)), 99, np.int64)
    unit_counts(*text_buffers(pa.array(texts, pa.string())), out)
    return [dict(zip(COLUMNS, row, strict=True)) for row in out.tolist()]


def duplicates(units: list[str]) -> tuple[int, int]:
    seen: set[str] = set()
    count = chars = 0
    for unit in units:
        if unit in seen:
            count, chars = count + 1, chars + len(unit)
        seen.add(unit)
    return count, chars


def median(units: list[str]) -> int:
    lengths = sorted(map(len, units))
    return min(lengths[(len(lengths) - 1) // 2], LONGEST_MEDIAN) if units else 0


def reference(text: str) -> dict[str, int]:
    """What `unit_counts` says of a text, but for the characters by kind."""
    split = [re.findall("[^。．！？!?]+[。．！？!?]?", line) for line in text.split("\n")]
    spans, rows = list(itertools.chain(*split)), ["".join(line) for line in split]
    lines = text.split("\n")
    solid = [line for line in lines if line.strip()]
    full = re.split("\n+", text)
    paragraphs = re.split("\n{2,}", text.strip()) if text.strip() else []
    row = {
        "characters": len(text),
        "head_kana": len(re.findall("[ぁ-んァ-ン]", text[:50])),
        "ellipsis_marks": text.count("...") + text.count("…"),
        "spans": len(spans),
        "span_chars": sum(map(len, spans)),
        "longest_span": max(map(len, spans), default=0),
        "median_span": median(spans),
        "long_spans": sum(len(span) > 200 for span in spans),
        "short_spans": sum(len(span) < 10 for span in spans),
        "ellipsis_spans": sum(span.strip().endswith(("・", "…")) for span in spans),
        "rows": len(rows),
        "row_chars": sum(map(len, rows)),
        "lines": len(lines),
        "short_lines": sum(len(line) <= 10 for line in lines),
        "solid_lines": len(solid),
        "solid_chars": sum(map(len, solid)),
        "longest_line": max(map(len, solid), default=0),
        "median_line": median(solid),
        "short_solid_lines": sum(len(line) <= 30 for line in solid),
        "terminal_lines": sum(line.endswith(tuple("。．！？!?.｡")) for line in solid),
        "ellipsis_newlines": len(re.findall(r"(\.{3}|…)\n", text)),
        "bullet_lines": sum(line.lstrip().startswith(("•", "-")) for line in lines),
        "ellipsis_lines": sum(line.rstrip().endswith(("...", "…")) for line in lines),
        "full_lines": len(full),
        "paragraphs": len(paragraphs),
        "paragraph_chars": sum(map(len, paragraphs)),
        "longest_paragraph": max(map(len, paragraphs), default=0),
        "final_breaks": int(text.endswith("\n")),
        "duplicate_solid_chars": duplicates(solid)[1],
        "newlines": text.count("\n"),
        "hashes": text.count("#"),
        "full_stops": text.count("。"),
        "commas": text.count("、") + text.count("，"),
        "hiragana": sum("ぁ" <= c <= "ゖ" for c in text),
        "katakana": sum("ァ" <= c <= "ヺ" for c in text),
    }
    for name, units in (
        ("span", spans), ("row", rows), ("full_line", full), ("paragraph", paragraphs)
    ):  # fmt: skip
        count, chars = duplicates(units)
        row[f"duplicate_{name}s"] = count
        row[f"duplicate_{name.removesuffix('_line')}_chars"] = chars
    return row


def compare(texts: list[str]) -> None:
    for text, row in zip(texts, counted(texts), strict=True):
        expected = reference(text) if text else dict.fromkeys(COLUMNS, 0)
        assert {name: row[name] for name in expected} == expected, repr(text[:80])


def test_the_traps() -> None:
    compare(list(TEXTS))


@given(st.lists(any_text, max_size=4))
def test_any_text(texts: list[str]) -> None:
    compare(texts)


def test_long_lines_and_many_equal_ones() -> None:
    compare(["長" * 10_000 + "。", "行です。\n" * 3000, "\n" * 500, "あ" * 200 + "。" + "い" * 201])


def values(stage: Any, text: str) -> dict[str, Any]:
    batch = pa.RecordBatch.from_pydict({"text": pa.array([text], pa.string())})
    row: dict[str, Any] = stage.process(batch).to_pylist()[0]
    return row


def test_letters_as_swallow_counts_them_by_hand() -> None:
    row = values(Letters(), "バスー漢、々！A")
    assert row["japanese_letters"] == 6  # バ ス 漢 、 々 ！ but not ー
    assert row["katakana_letter_ratio"] == round(2 / 6, 6)
    assert row["kanji_letter_ratio"] == round(2 / 6, 6)
    assert row["kuten_letter_ratio"] == row["toten_letter_ratio"] == round(1 / 6, 6)
    assert row["japanese_letter_ratio"] == round(6 / 8, 6)


@pytest.mark.parametrize(("text", "expected"), [("一。二。", 2.0), ("句点がない", 5e6), ("", 0.0)])
def test_rare_full_stops_as_hojichar_sees_them(text: str, expected: float) -> None:
    assert values(Letters(), text)["characters_per_kuten"] == expected


def test_sentences_by_hand() -> None:
    row = values(Sentences(), "一つ目。二つ目！？三\n\n\n四つ目…\n二つ目！")
    assert row["sentence_spans"] == 5
    assert row["max_sentence_span"] == 4
    assert row["mean_sentence_span"] == round(17 / 5, 6)
    assert row["median_sentence_span"] == 4
    assert row["ellipsis_sentence_ratio"] == 0.2
    assert row["duplicate_sentence_ratio"] == 0.2
    assert row["duplicate_paragraph_ratio"] == 0.2  # of five lines, the second blank one


def test_lines_and_paragraphs_by_hand() -> None:
    row = values(Blocks(), "同じ行\n同じ行\n\n\n別の段落。\n\n同じ行\n同じ行\n")
    assert row["newlines"] == 8
    assert row["gopher_duplicate_paragraph_ratio"] == round(1 / 3, 6)
    assert row["gopher_duplicate_line_ratio"] == round(3 / 6, 6)  # an empty one at the end
    assert row["duplicate_line_char_ratio"] == round(9 / 17, 6)
    assert row["terminal_line_ratio"] == 0.2
    assert row["mean_line_length"] == round(17 / 5, 6)
    assert row["longest_paragraph"] == 7
