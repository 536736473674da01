"""Signals over scripts and lines, against counts made by hand."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from corpuskit.signals.lines import Lines
from corpuskit.signals.scripts import Scripts


def values(stage: Any, text: str) -> dict[str, Any]:
    batch = pa.RecordBatch.from_pydict({"text": pa.array([text], pa.string())})
    row: dict[str, Any] = stage.process(batch).to_pylist()[0]
    return row


def test_shares_are_of_what_is_visible() -> None:
    row = values(Scripts(), "バスは 100Vだ。\n")
    assert row["characters"] == 11
    assert row["katakana_ratio"] == round(2 / 9, 6)
    assert row["hiragana_ratio"] == round(2 / 9, 6)
    assert row["digits_ratio"] == round(3 / 9, 6)
    assert row["latin_ratio"] == round(1 / 9, 6)
    assert row["japanese_ratio"] == round(4 / 9, 6)
    assert row["kana_ratio"] == 1.0


@pytest.mark.parametrize("text", ["", " \n　", "\x00"])
def test_nothing_visible_is_zero_and_no_error(text: str) -> None:
    row = values(Scripts(), text)
    assert row["japanese_ratio"] == 0.0
    assert values(Lines(), text)["ended_line_ratio"] in (0.0, 1.0)


def test_chinese_is_told_from_japanese_without_kana() -> None:
    japanese = values(Scripts(), "代表取締役社長挨拶 東京都千代田区")
    chinese = values(Scripts(), "为了让每一位游客都能安心参观，请您遵守以下规定")
    assert japanese["kana_ratio"] == chinese["kana_ratio"] == 0.0
    assert japanese["foreign_kanji_ratio"] == 0.0
    assert chinese["foreign_kanji_ratio"] > 0.2


def test_lines_sentences_and_shouts() -> None:
    text = "見出し\n\n・項目一。\n・項目二！！\n・項目一。\n続きを読む…\n"
    row = values(Lines(), text)
    assert row["lines"] == 5
    assert row["paragraphs"] == 2
    assert row["bullet_line_ratio"] == 0.6
    assert row["duplicate_line_ratio"] == 0.2
    assert row["ellipsis_line_ratio"] == 0.2
    assert row["sentences"] == 3
    assert row["exclamation_ratio"] == round(2 / 3, 6)


def test_counts_of_one_batch_are_not_given_to_the_next() -> None:
    for text in ("かな", "カナカナ", "漢字漢"):
        assert values(Scripts(), text)["characters"] == len(text)
        assert values(Lines(), text)["longest_line"] == len(text)
