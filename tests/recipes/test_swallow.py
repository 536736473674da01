"""Swallow Corpus v1's arithmetic on cases worked out by hand, and against its description."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from corpuskit.recipes.judge import Judge, open_recipe

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
measure = importlib.import_module("benchlib.recipeswallow").measure

#: Signals by text, counted by hand.
CASES: list[tuple[str, dict[str, float]]] = [
    (
        "あいう。あいう。",  # two sentences of 4, the second a duplicate; 8 letters, 8 Japanese
        {
            "characters": 8,
            "japanese_letters": 8,
            "duplicate_sentence_ratio": 1 / 2,
            "duplicate_sentence_char_ratio": 1 / 2,
            "duplicate_paragraph_ratio": 0,
            "mean_sentence_span": 4,
            "max_sentence_span": 4,
            "hiragana_letter_ratio": 6 / 8,  # 。 is a Japanese letter
            "top_2gram_ratio": 2 / 7,  # あい, いう, う。 twice, 。あ once
            "top_3gram_ratio": 2 / 6,
            "top_4gram_ratio": 2 / 5,
            "duplicate_5gram_type_ratio": 0,
            "duplicate_10gram_type_ratio": 0,  # shorter than 10
        },
    ),
    (
        "ああ\n\nああ\n\n",  # lines ああ, "", ああ, "", "": one ああ and two "" are duplicates
        {
            "duplicate_paragraph_ratio": 3 / 5,
            "duplicate_paragraph_char_ratio": 2 / 4,
            "duplicate_sentence_ratio": 1 / 2,
            "japanese_letter_ratio": 4 / 8,  # line feeds are letters of the text
        },
    ),
    (
        "。。ア！？ｱ・",  # leading marks belong to no sentence; ？ neither; ア！ and ｱ・ are left
        {
            "mean_sentence_span": 2,
            "max_sentence_span": 2,
            "ellipsis_sentence_ratio": 1 / 2,  # ｱ・
            "katakana_letter_ratio": 1 / 5,  # ア of 。。ア！？; ｱ and ・ are no Japanese letters
            "japanese_letters": 5,
        },
    ),
    (
        "コーヒー",  # ー is none of U+30A1 to U+30FA
        {"japanese_letters": 2, "katakana_letter_ratio": 1.0, "japanese_letter_ratio": 0.5},
    ),
    (
        "か\u3099々",  # a decomposed が: か, a mark that is no letter, and 々, a kanji
        {"characters": 3, "japanese_letters": 2, "hiragana_letter_ratio": 0.5},
    ),
    (
        "ababababab",  # 5-grams: ababa, babab three times each: 2 of 2 distinct ones
        {
            "duplicate_5gram_type_ratio": 1.0,
            "duplicate_9gram_type_ratio": 0,
            "top_2gram_ratio": 5 / 9,
        },
    ),
    ("", {"characters": 0, "japanese_letters": 0, "mean_sentence_span": 0, "max_sentence_span": 0}),
    ("!", {"mean_sentence_span": 0, "top_2gram_ratio": 0, "duplicate_paragraph_ratio": 0}),
    ("\x00あ\x00。", {"characters": 4, "japanese_letters": 2, "mean_sentence_span": 4}),
    ("𠮷野家𠮷", {"japanese_letters": 2, "characters": 4}),
]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(open_recipe("swallow-v1", {}, True, tmp_path_factory.mktemp("swallow")))


def test_hand_computed(judge: Judge) -> None:
    batch = pa.RecordBatch.from_pydict(
        {"text": [text for text, _ in CASES], "source": ["s"] * len(CASES)}
    )
    signals = judge.reasons(batch)[1]
    for i, (text, wanted) in enumerate(CASES):
        found = {name: signals.column(name)[i].as_py() for name in wanted}
        assert found == pytest.approx(wanted, abs=1e-6), repr(text)
        described = measure(text)
        assert {n: described[n] for n in wanted} == pytest.approx(wanted, abs=1e-6), repr(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("短い。", "characters"),
        ("a" * 399, "characters"),
        ("あ" * 100 + "\n" + ("い" * 99 + "\n") * 4, "duplicate_paragraph_ratio"),
    ],
)
def test_reasons(judge: Judge, text: str, reason: str) -> None:
    (found,) = judge.reasons(pa.RecordBatch.from_pydict({"text": [text], "source": ["s"]}))[0]
    assert found is not None
    assert found.signal == reason
