"""The rules that change what an author typed: by example, and only when asked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.ja.normalize import NormalizeOptions, normalize


def tidied(text: str, **options: Any) -> str:
    once = normalize(text, NormalizeOptions(**options))
    assert normalize(once, NormalizeOptions(**options)) == once
    return once


WIDE = "これは，本文．次も，本文．末の，文．"
MAJORITY = [
    (WIDE + "三つ、目。", WIDE + "三つ，目．"),
    ("これは、本文。次も、本文。三つ，目．", "これは、本文。次も、本文。三つ、目。"),
    ("公用文は，こう書く。次も，こう。", "公用文は，こう書く。次も，こう。"),
    ("同数は、和。同数は，欧．", "同数は、和。同数は、欧。"),
    ("価格は、３，０００円。比は、１．５だ。", "価格は、3，000円。比は、1．5だ。"),
    ("１．はじめに、\nア．概要、\n図２．装置、\n第一条．目的、。。。", None),
    ("Hello，world．This、is．", "Hello，world．This、is．"),
    ("値は３．また５．\n８．次。次。次。", "値は3。また5。\n8．次。次。次。"),
    ("Linux，そして、，あ，い、う、え、お、", "Linux、そして、、あ、い、う、え、お、"),
    ("「はい，」（注），終．。。", "「はい，」（注），終。。。"),
    ("𠮷，か゛，か\u3099，、、、、", "𠮷、か゛、が、、、、、"),
    ("", ""),
    ("，．", "，．"),
]


@pytest.mark.parametrize(("text", "expected"), MAJORITY)
def test_punctuation_follows_the_majority(text: str, expected: str | None) -> None:
    assert normalize(text) == normalize(text, NormalizeOptions(punctuation="keep"))
    expected = normalize(text) if expected is None else expected
    assert tidied(text, punctuation="majority") == expected


def test_punctuation_can_be_japanese_whatever_the_majority_is() -> None:
    assert tidied(WIDE, punctuation="japanese") == WIDE.replace("，", "、").replace("．", "。")
    assert tidied("Hello，world．１．５", punctuation="japanese") == "Hello，world．1．5"


@pytest.mark.parametrize(
    ("repeats", "text", "expected"),
    [
        (0, "え！！！！。。。", "え！！！！。。。"),
        (3, "え！！！！何。。。。・・・・、、、、", "え！！！何。。。・・・、、、"),
        (1, "え！！何。。。・・・", "え！何。・"),
        (1, "え……‥‥ーーー〜〜！？！？", "え……‥‥ーーー〜〜！？！？"),
        (2, "すごい!!!! a!!!! x???", "すごい!! a!!!! x???"),
        (1, "。\n。", "。\n。"),
    ],
)
def test_repeated_marks_are_bounded(repeats: int, text: str, expected: str) -> None:
    assert normalize(text) == text
    assert tidied(text, repeats=repeats) == expected


SPACES = [
    ("日本 語の 文 章、です。", "日本語の文章、です。", "日本語の文章、です。"),
    ("山田 太郎", "山田 太郎", "山田太郎"),
    ("全角　空白、　も。", "全角空白、も。", "全角空白、も。"),
    ("ABC は です 1 つ、", "ABC はです 1 つ、", "ABC はです 1 つ、"),
    ("すごい！ 本当？ はい、", "すごい！ 本当？ はい、", "すごい！ 本当？ はい、"),
    ("第一条 この 法律は、", "第一条 この法律は、", "第一条 この法律は、"),
    ("（二） その 他、\nイ 次、\n１． 概 要、", "（二） その他、\nイ 次、\n1． 概要、", None),
    ("品名 | 単 価、\n品 名\t単 価、", "品名 | 単 価、\n品 名\t単 価、", None),
    ("・ 項目、\n- 項 目、", "・ 項目、\n- 項目、", None),
    ("𠮷 野家の 客、", "𠮷野家の客、", None),
    ("ただか\u3099 き、", "ただがき、", None),
]


@pytest.mark.parametrize(("text", "sentences", "everywhere"), SPACES)
def test_spaces_between_japanese(text: str, sentences: str, everywhere: str | None) -> None:
    assert tidied(text, japanese_spaces="sentences") == sentences
    assert tidied(text, japanese_spaces="all") == (everywhere or sentences)
    assert tidied(text).count(" ") == normalize(text).count(" ")


WRAPPED = """令和七年度における業務改善計画について

この計画は、事業所で働く者の健康と安全を守るために定め
るものである。担当者は、毎月の点検の結果を記録し、所長
に報告しなければならない。異常があるときは、直ちに運転
を止める。
"""
UNWRAPPED = [
    "春の海\nひねもすのたり\nのたりかな",
    "項目の一覧を次の表に示すこととする\n品名の欄\n数量の欄",
    "短い行は、\nこうして",
    "令和七年度における業務改善計画について\nこの計画は事業所で働く者の健康と安全の",
    "これは二十文字を超える長い行であって、\n・項目",
    "これは二十文字を超える長い行であって、\n「会話」",
    "これは二十文字を超える長い行であって、\n第二条 目的",
    "これは二十文字を超える長い行であって、\n一 目的",
    "これは二十文字を超える長い行であって、\nA 欄 | 目的",
    "これは二十文字を超える長い行である。\n次の文",
    "A line of English that is long enough,\nand the next",
]


def test_lines_of_a_wrapped_paragraph_are_joined() -> None:
    head, body = WRAPPED.split("\n\n")
    assert tidied(WRAPPED) == WRAPPED
    joined = tidied(WRAPPED, join_lines=True)
    assert joined == head + "\n\n" + body.replace("\n", "") + "\n"


def test_a_comma_joins_a_long_line() -> None:
    text = "これは二十文字を超える長い行であって、\n次の行へ続く。"
    assert tidied(text, join_lines=True) == text.replace("\n", "")


def test_rules_go_on_until_nothing_changes() -> None:
    text = "これは二十文字を超える長い行であって、\n次の 行へ続く"
    assert tidied(text, join_lines=True, japanese_spaces="sentences") == (
        "これは二十文字を超える長い行であって、次の行へ続く"
    )


@pytest.mark.parametrize("text", UNWRAPPED)
def test_what_is_not_wrapped_stays(text: str) -> None:
    assert tidied(text, join_lines=True) == text


UNITS = ["あ漢", "が、", "を\n", "。", "，", "．", " ", "１", "a", "\n", "|", "！", "・", "第一条 "]
PARTS = st.lists(st.sampled_from([*UNITS, "長い行の文字列を作る"]), max_size=25).map("".join)


@settings(max_examples=150, deadline=None)
@given(
    PARTS,
    st.sampled_from(["keep", "majority", "japanese"]),
    st.sampled_from(["keep", "sentences", "all"]),
    st.integers(0, 2),
    st.booleans(),
)
def test_rules_are_stable_together(
    text: str, punctuation: str, spaces: str, repeats: int, join: bool
) -> None:
    tidied(
        text,
        punctuation=punctuation,
        japanese_spaces=spaces,
        repeats=repeats,
        join_lines=join,
    )
