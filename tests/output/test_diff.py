from __future__ import annotations

import random

import pytest

from corpuskit.output.diff import sentence_diff, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n \n", []),
        ("一つ。二つ。", ["一つ。", "二つ。"]),
        ("「はい。」と言う。次。", ["「はい。」", "と言う。", "次。"]),
        ("行\n次の行。終わり", ["行", "次の行。", "終わり"]),
        ("ええ。。。そう。", ["ええ。。。", "そう。"]),
        ("か\u3099。𠮷😀", ["か\u3099。", "𠮷😀"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_no_text_is_lost() -> None:
    text = "「一。」二。。三\n四。(五。)六"
    assert "".join(sentences(text)) == text.replace("\n", "")


def test_changed_lines_are_marked() -> None:
    old = "前。ポンプを止める。弁を閉じる。圧力を測る。記録する。"
    new = "前。ポンプを止める。弁を開ける。圧力を測る。記録する。追記。"
    assert sentence_diff(old, new) == [
        "… 1 sentences",
        "  ポンプを止める。",
        "- 弁を閉じる。",
        "+ 弁を開ける。",
        "  圧力を測る。",
        "  記録する。",
        "+ 追記。",
    ]


def test_unchanged_ends_are_counted() -> None:
    old = "".join(f"{i}。" for i in range(10))
    assert sentence_diff(old, old.replace("2。", "二。")) == [
        "… 1 sentences",
        "  1。",
        "- 2。",
        "+ 二。",
        "  3。",
        "… 6 sentences",
    ]


def test_same_sentences_give_no_lines() -> None:
    assert sentence_diff("一。二。", "一。\n二。") == []
    assert sentence_diff("", "") == []


def test_sentences_that_occur_often() -> None:
    """difflib would by default ignore what makes up more than 1 % of a long text."""
    half = "同じ。行。" * 100
    lines = sentence_diff(f"{half}前。{half}前。{half}", f"{half}後。{half}後。{half}")
    change = ["  行。", "- 前。", "+ 後。", "  同じ。"]
    assert lines == ["… 199 sentences", *change, "… 198 sentences", *change, "… 199 sentences"]


def test_long_repetitive_texts_end_in_time() -> None:
    lines = sentence_diff("一。" * 30_000, "二。" + "一。" * 30_000)
    assert lines == ["+ 二。", "  一。", "… 29999 sentences"]


def test_one_sentence_more_of_the_same() -> None:
    assert sentence_diff("一。一。", "一。一。一。") == ["… 1 sentences", "  一。", "+ 一。"]
    assert sentence_diff("一。一。一。", "一。") == ["  一。", "- 一。", "- 一。"]


@pytest.mark.parametrize("context", [0, 1, 3])
def test_lines_tell_both_texts(context: int) -> None:
    rng = random.Random(context)
    for _ in range(200):
        old, new = (
            "".join(rng.choices(["甲。", "乙。", "丙。"], k=rng.randint(0, 9))) for _ in "ab"
        )
        assert told(sentence_diff(old, new, context), old, new) == (old, new)


def told(lines: list[str], old: str, new: str) -> tuple[str, str]:
    """The two texts as the lines tell them; gaps are filled from the texts."""
    if not lines:
        return old, old
    one: list[str] = []
    two: list[str] = []
    for line in lines:
        mark, text = line[:2], line[2:]
        if mark == "… ":
            count = int(text.split()[0])
            one += sentences(old)[len(one) : len(one) + count]
            two += sentences(new)[len(two) : len(two) + count]
        if mark in ("  ", "- "):
            one.append(text)
        if mark in ("  ", "+ "):
            two.append(text)
    return "".join(one), "".join(two)


def test_nothing_in_common() -> None:
    assert sentence_diff("一。", "二。") == ["- 一。", "+ 二。"]
    assert sentence_diff("", "二。") == ["+ 二。"]
