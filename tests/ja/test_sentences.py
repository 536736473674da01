"""Sentences: by example, and that nothing is ever lost, doubled or moved."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.ja.sentences import spans, split

# Unicode's White_Space: what str.strip() takes, but for the four information separators.
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)

# One sentence per entry; the text is what stands between, joined as written.
WHOLE = [
    "「行くよ。」と言った。",
    "彼（三十歳。独身。）は去った。",
    "(株)山田は「『はい。』と言え。」と書いた。",
    "価格は３．１４です",
    "１．はじめに",
    "Ａ．３．目的",
    "a!=b && c?d:e",
    "https://example.jp/?q=1&r=!x",
    "version 1.2.3 of file.txt. Next",
    "え、本当",
    "令和７年１０月１日",
    "か\u3099っこう。",
    "𠮷野家👨\u200d👩で10⁵円。",
]

SPLIT = [
    ("雨だ。風だ。", ["雨だ。", "風だ。"]),
    ("何！？そう！！はい?いいえ!", ["何！？", "そう！！", "はい?", "いいえ!"]),
    ("はい｡いいえ｡", ["はい｡", "いいえ｡"]),
    ("すごい‼本当⁉はい", ["すごい‼", "本当⁉", "はい"]),
    ("「はい。」「いいえ。」", ["「はい。」", "「いいえ。」"]),
    ("「はい。」　彼は。", ["「はい。」", "彼は。"]),
    ("（終わり。）」次。", ["（終わり。）」次。"]),
    ("終わり。）」】次。", ["終わり。）」】", "次。"]),
    ("本だ。（注）次。", ["本だ。", "（注）次。"]),
    ("「A（B。）C。」D。E", ["「A（B。）C。」D。", "E"]),
    ("「A。（B。）」C。D", ["「A。（B。）」C。", "D"]),
    ("Hello! World? Yes", ["Hello!", "World?", "Yes"]),
    ("である．次は５．６だ．おわり", ["である．", "次は５．６だ．", "おわり"]),
    ("見出し\n\n　本文。 \r\n末", ["見出し", "本文。", "末"]),
    ("「閉じない。次。\n行", ["「閉じない。", "次。", "行"]),
    ("「閉じない（一。二）三。四", ["「閉じない（一。二）三。", "四"]),
    ("閉じ過ぎ」。次」。末", ["閉じ過ぎ」。", "次」。", "末"]),
    ("", []),
    (" \n\u3000\n", []),
    ("。。。", ["。。。"]),
    ("。あ", ["。", "あ"]),
    ("「「「「", ["「「「「"]),
    ("a\x00b。\x00", ["a\x00b。", "\x00"]),
]


@pytest.mark.parametrize("text", WHOLE)
def test_what_stays_together(text: str) -> None:
    assert split(text) == [text]
    assert split(f"前。\n{text}\n後。") == ["前。", text, "後。"]


def _cases() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "sentence_cases.txt").read_text("utf-8").splitlines()
    rows = [line.split("|", 1) for line in lines if not line.startswith("#")]
    return [(kind, body.replace("⏎", "\n")) for kind, body in rows]


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)


@pytest.mark.parametrize(("kind", "body"), _cases())
def test_hand_made_cases(kind: str, body: str) -> None:
    body = _unescaped(body)
    assert split(body.replace("‖", "")) == [part.strip() for part in body.split("‖")]


INSIDE = [
    ("「行くよ。」と言った。次。", ["「行くよ。」", "と言った。", "次。"]),
    ("彼は「そうだ。でも違う。」と答えた。", ["彼は「そうだ。", "でも違う。」", "と答えた。"]),
    ("（三十歳。独身。）は", ["（三十歳。", "独身。）", "は"]),
    ("「閉じない。次", ["「閉じない。", "次"]),
    ("笑う(^_^)次", ["笑う(^_^)", "次"]),
]


@pytest.mark.parametrize(("text", "expected"), INSIDE)
def test_brackets_hold_nothing_if_asked(text: str, expected: list[str]) -> None:
    assert split(text, inside=True) == expected


def test_names_are_the_users_too() -> None:
    text = "藤岡弘。の本とたま！の歌。次。"
    assert split(text) == ["藤岡弘。", "の本とたま！", "の歌。", "次。"]
    assert split(text, names=["藤岡弘。", "たま！"]) == ["藤岡弘。の本とたま！の歌。", "次。"]
    assert split("モーニング娘。の", names=[]) == ["モーニング娘。", "の"]
    assert split("娘。", names=["モーニング娘。の"]) == ["娘。"]
    assert split("A？B？。次", names=["A？B？"]) == ["A？B？。", "次"]


@pytest.mark.parametrize(("text", "expected"), SPLIT)
def test_what_is_split(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_a_bracket_holds_for_200_characters() -> None:
    inside = "あ" * 198 + "。"
    assert split(f"「{inside}」と。") == [f"「{inside}」と。"]
    assert split(f"「い{inside}」と。次") == [f"「い{inside}」", "と。", "次"]


def test_a_slip_gives_its_sentences_back() -> None:
    text = "「" + "あ。" * 120
    assert split(text) == ["「あ。", *["あ。"] * 119]
    nested = "「" + "あ。" * 90 + "（" + "い。" * 20 + "）う。え"
    assert split(nested) == ["「あ。", *["あ。"] * 89, "（" + "い。" * 20 + "）う。", "え"]


def test_more_brackets_than_the_stack_holds() -> None:
    text = "（" * 30 + "あ。" + "）" * 30 + "い。う"
    assert "".join(split(text)) == text


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("あいうえお", 2, ["あい", "うえ", "お"]),
        ("あい、うえお", 4, ["あい、", "うえお"]),
        ("あ、いうえお", 4, ["あ、いう", "えお"]),
        ("ab cd ef", 4, ["ab", "cd", "ef"]),
        ("𠮷𠮷𠮷", 1, ["𠮷", "𠮷", "𠮷"]),
        ("あいう。えお", 4, ["あいう。", "えお"]),
        ("「" + "あ" * 7, 4, ["「あああ", "ああああ"]),
    ],
)
def test_long_stretches_are_cut(text: str, limit: int, expected: list[str]) -> None:
    assert split(text, limit) == expected


def test_one_very_long_line() -> None:
    pieces = split("漢" * 70_001)
    assert [len(piece) for piece in pieces] == [20_000, 20_000, 20_000, 10_001]


def test_many_texts_and_slices() -> None:
    array = pa.array(["捨て。", "一。二。", "", "\n", "三"]).slice(1)
    starts, stops, texts = spans(array)
    data = "捨て。一。二。\n三".encode()
    found = [data[start:stop].decode() for start, stop in zip(starts, stops, strict=True)]
    assert found == ["一。", "二。", "三"]
    assert texts.tolist() == [0, 0, 3]
    assert [part.tolist() for part in spans(pa.array([], pa.string()))] == [[], [], []]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        split("あ", 0)


ALPHABET = (
    "あ漢ア、。！？!?．.１1aＡ「」『』（）()｢｣】” \u3000\n\n\r\x85\u2028𠮷é\x00"
    "^_^;´ω｀笑wｗm😊🍎❤\ufe0f♪ノのも"
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.text(st.sampled_from(ALPHABET), max_size=60) | st.text(max_size=9), max_size=4),
    st.integers(1, 30),
)
def test_spans_hold_all_but_white_space(texts: list[str], limit: int) -> None:
    data = "".join(texts).encode()
    ends = [0]
    for text in texts:
        ends.append(ends[-1] + len(text.encode()))
    done, kept = 0, []
    for start, stop, text in zip(*spans(pa.array(texts, pa.string()), limit), strict=True):
        assert ends[text] <= start < stop <= ends[text + 1]
        assert data[done:start].decode().strip(WHITE) == ""
        kept.append(data[start:stop].decode())
        done = stop
    assert data[done:].decode().strip(WHITE) == ""
    for piece in kept:
        assert piece.strip(WHITE) == piece
        assert len(piece) <= limit
        assert "\n" not in piece


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(ALPHABET), max_size=300))
def test_a_text_is_cut_the_same_beside_others(text: str) -> None:
    alone = split(text)
    array = pa.array(["「（", text, "」"])
    starts, stops, texts = spans(array)
    data = ("「（" + text + "」").encode()
    beside = [
        data[start:stop].decode()
        for start, stop, row in zip(starts, stops, texts, strict=True)
        if row == 1
    ]
    assert beside == alone
