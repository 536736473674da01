"""Words of lists, menus and patterns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corpuskit.errors import InputError
from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.words import COLUMNS, word_counts, word_table
from corpuskit.signals.menus import VOCABULARY, Menus
from corpuskit.signals.patterns import Patterns, PatternsParams
from corpuskit.signals.words import Words, WordsParams


def counted(texts: list[str], words: list[str], bounded: bool = True) -> list[dict[str, int]]:
    table = word_table(words)
    out = np.full((len(texts), len(COLUMNS)), 99, np.int64)
    data, offsets = text_buffers(pa.array(texts, pa.string()))
    word_counts(
        data, offsets, table.keys, table.nodes, table.ends, table.first, table.pairs, table.size,
        bounded, out,
    )  # fmt: skip
    return [dict(zip(COLUMNS, row, strict=True)) for row in out.tolist()]


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("アスパラガスを焼く", "アス", 0),
        ("アスパラガスを焼く", "ガス", 0),
        ("アスとガスを", "ガス", 1),
        ("リュックサック", "サック", 0),
        ("サッカー", "サッカ", 0),  # ー goes on
        ("ｱｽﾊﾟﾗ", "ｱｽ", 0),
        ("アス・パラ", "アス", 1),  # a middle dot parts
        ("class ass", "ass", 1),
        ("ＣＬＡＳＳ", "ＡＳＳ", 0),
        ("型番12345", "234", 0),
        ("か\u3099", "か", 0),  # が, decomposed
        ("①と②", "広告", 0),
        ("東京都", "東京", 1),
        ("𠮷野家", "𠮷", 1),
        ("\0前", "前", 1),
        ("", "前", 0),
    ],
)
def test_boundaries(text: str, word: str, found: int) -> None:
    assert counted([text], [word])[0]["words"] == found


def test_without_boundaries_all_is_found() -> None:
    row = counted(["アスパラガス"], ["アス", "ガス"], bounded=False)[0]
    assert (row["words"], row["types"], row["word_chars"]) == (2, 2, 4)


def test_a_shorter_word_where_the_longer_has_no_boundary() -> None:
    row = counted(["東京タワーズ"], ["東京", "東京タワー"])[0]
    assert (row["words"], row["word_chars"]) == (1, 2)


@given(
    st.lists(st.text("あい漢a", min_size=1, max_size=4), min_size=1, max_size=6, unique=True),
    st.text("あい漢a\n ", max_size=80),
)
def test_the_longest_from_the_left_as_a_regular_expression_finds(
    words: list[str], text: str
) -> None:
    longest_first = sorted(words, key=len, reverse=True)
    found = re.findall("|".join(map(re.escape, longest_first)), text)
    row = counted([text], words, bounded=False)[0]
    assert row["words"] == len(found)
    assert row["types"] == len(set(found))
    assert row["word_chars"] == sum(map(len, found))
    assert row["visible"] == len(text) - text.count("\n") - text.count(" ")


def test_counts_of_one_text_do_not_reach_the_next() -> None:
    rows = counted(["雨と雨", "雪", "雨"], ["雨", "雪"])
    assert [(row["words"], row["types"]) for row in rows] == [(2, 1), (1, 1), (1, 1)]


def values(stage: Any, text: str) -> dict[str, Any]:
    batch = pa.RecordBatch.from_pydict({"text": pa.array([text], pa.string())})
    row: dict[str, Any] = stage.process(batch).to_pylist()[0]
    return row


def test_lists_of_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeff# 注釈\n雨\n\n 雪 \n雨\n", "utf-8")
    stage = Words(WordsParams(lists={"sky": "a.txt"}))
    stage.root = tmp_path
    row = values(stage, "雨と雪と雨# 注釈")
    assert (row["sky_words"], row["sky_types"]) == (3, 2)
    assert row["sky_word_share"] == round(3 / 9, 6)
    assert stage.inputs() == (tmp_path / "a.txt",)
    assert stage.resources()[0].version == "2 words"


@pytest.mark.parametrize(("raw", "said"), [(b"\x82\xa0", "not UTF-8"), (b"# x\n", "no word")])
def test_lists_that_are_none(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "a.txt").write_bytes(raw)
    stage = Words(WordsParams(lists={"sky": "a.txt"}))
    stage.root = tmp_path
    with pytest.raises(InputError, match=said):
        stage.inputs()


def test_a_list_that_is_not_there_and_a_name_that_is_none(tmp_path: Path) -> None:
    stage = Words(WordsParams(lists={"sky": "b.txt"}))
    stage.root = tmp_path
    with pytest.raises(InputError, match=r"b\.txt"):
        stage.inputs()
    with pytest.raises(ValidationError, match="must be like"):
        WordsParams(lists={"Sky!": "b.txt"})


def test_menus_and_footers() -> None:
    menu = (
        "ホームページ\nホーム | 会社概要 | お問い合わせ\n"
        "本文には検索結果の話が長く長く続いています。\n利用規約\n"
    )
    row = values(Menus(), menu)
    assert row["menu_words"] == 5
    assert row["menu_line_ratio"] == 0.5
    assert row["footer_lines"] == 2
    assert len(set(VOCABULARY)) == len(VOCABULARY)


def test_patterns() -> None:
    stage = Patterns(PatternsParams(patterns={"dates": "[0-9]{4}年[0-9]{1,2}月"}))
    assert values(stage, "2022年11月と2022年1月")["dates_matches"] == 2
    assert values(stage, "")["dates_matches"] == 0
    with pytest.raises(ValidationError, match="pattern 'x'"):
        PatternsParams(patterns={"x": "(?<=a)b"})
