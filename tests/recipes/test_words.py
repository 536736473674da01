"""Words and their n-grams as datatrove's and HojiChar's filters count them."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from corpuskit.ja.morphologystage import Morphology
from corpuskit.recipes.judge import Judge, open_recipe
from corpuskit.signals.codepoints import special_table, word_table
from corpuskit.signals.published_words import FineWeb, HojiChar, words_of


def repeated_characters(words: list[str], n: int) -> int:
    """Characters of n-grams that occurred before, from the left, without overlaps."""
    seen: set[str] = set()
    found = at = 0
    while at + n <= len(words):
        gram = "".join(words[at : at + n])
        at += n if gram in seen else 1
        found += len(gram) if gram in seen else 0
        seen.add(gram)
    return found


def top_characters(words: list[str], n: int) -> int:
    grams = Counter(" ".join(words[i : i + n]) for i in range(len(words) - n + 1))
    if not grams:
        return 0
    gram, count = grams.most_common(1)[0]
    return len(gram) * count


def test_counts_equal_plain_python_on_random_words() -> None:
    rng = random.Random(3)
    known = ["の", "は", "。", "機械", "ab", "12", "　", "ー", "が\u3099", "😀", "𠮷"]
    texts = []
    for _ in range(200):
        some = known[: rng.randint(1, len(known))]
        words = [rng.choice(some) for _ in range(rng.randint(0, 150))]
        texts.append("".join(word + rng.choice(" \n") for word in words))
    found = words_of(pa.array(texts), ("の", "ab"))
    for i, text in enumerate(texts):
        every = [w for w in text.replace("\n", " ").split(" ") if w]
        words = [w for w in every if w.strip()]
        sevens = Counter(tuple(every[k : k + 7]) for k in range(len(every) - 6))
        assert found["words"][i] == len(words)
        assert found["stop_words"][i] == len({"の", "ab"} & set(words))
        assert found["alpha_words"][i] == sum(any(c.isalpha() for c in w) for w in words)
        assert found["sevens"][i] == sevens.total()
        assert found["repeated_sevens"][i] == sum(c for c in sevens.values() if c > 1)
        for n in (2, 3, 4):
            assert found[f"top_{n}"][i] == top_characters(words, n)
        for n in range(5, 11):
            assert found[f"duplicate_{n}"][i] == repeated_characters(words, n)


def test_a_document_after_a_long_one_is_counted_afresh() -> None:
    texts = ["語 " * 5000, "語 " * 5, "", "一 二 三"]
    found = words_of(pa.array(texts), ("語",))
    assert found["words"].tolist() == [5000, 5, 0, 3]
    assert found["stop_words"].tolist() == [1, 1, 0, 0]
    assert found["duplicate_5"].tolist() == [4995, 0, 0, 0]


def test_tables() -> None:
    table = special_table()
    assert [int(table[ord(c)]) for c in "。「①あa1 　\n😀👨"] == [1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    letters = word_table()
    assert [int(letters[ord(c)]) for c in "あーa1。　"] == [1, 1, 1, 0, 2, 4]


@pytest.mark.parametrize("stage", [FineWeb, HojiChar])
def test_stages_keep_their_contract(stage: type) -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "text": ["機械を止める。", "", "あ" * 250],
            "segmented": ["機械 を 止める 。", "", "あ " * 250],
        }
    )
    out = stage(stage.Params()).process(batch)
    assert out.num_rows == 3
    if stage is HojiChar:
        assert out.column("longest_character_run").to_pylist() == [1, 0, 250]
        assert out.column("repeated_7word_ratio").to_pylist() == [0, 0, 1.0]


def test_fineweb_by_hand() -> None:
    stage = FineWeb(FineWeb.Params(stop_words=("を", "の")))
    text = "機械を止める。\n#..."
    batch = pa.RecordBatch.from_pydict({"text": [text], "segmented": ["機械 を 止める 。\n# ..."]})
    row = stage.process(batch).to_pylist()[0]
    assert row["words"] == 3  # 機械 を 止める; 。 # ... are marks
    assert row["mean_word_length"] == pytest.approx(2.0)  # (2 + 1 + 3) / 3
    assert row["alpha_word_ratio"] == pytest.approx(0.5)  # 3 of 6
    assert row["newline_word_ratio"] == row["hash_word_ratio"] == pytest.approx(1 / 6, abs=1e-6)
    assert row["ellipsis_word_ratio"] == pytest.approx(1 / 6, abs=1e-6)
    assert row["stop_word_types"] == 1
    assert row["top_2word_char_ratio"] == pytest.approx(4 / 12, abs=1e-6)  # "機械 を" once


TRAPS = [
    "", "\x00", "か\u3099き\u309a", "ー〜～−", "ﾊﾝｶｸ", "㈱①㎡m²10⁵½", "々ゝゞ", "舊字體ヲ用ヰル",
    "1１一壱", "漢字漢字", "かなだけ", "👨‍👩‍👧😀", "𠮷𩸽", "あ" * 70_000,
    "行\n" * 5_000, "\u2028\x0b\x85",
]  # fmt: skip


@pytest.mark.parametrize(
    "profile", ["hojichar-default", "fineweb2-jpn", "swallow-v1", "uzushio-03a", "llmjp-v1", "web"]
)
def test_every_text_trap_goes_through_every_recipe(profile: str, tmp_path: Path) -> None:
    judge = Judge(open_recipe(profile, {}, True, tmp_path))
    batch = pa.RecordBatch.from_pydict({"text": TRAPS, "source": ["s"] * len(TRAPS)})
    together, signals = judge.reasons(batch)
    alone = [judge.reasons(batch.slice(i, 1))[0][0] for i in range(len(TRAPS))]
    assert together == alone and signals.num_rows == len(TRAPS)
    assert together[0] is not None


def test_plain_nouns_by_hand() -> None:
    stage = Morphology(Morphology.Params(nouns=True))
    stage.open()
    # 私(代名詞) は 彼(代名詞) に 本 を 渡す 。: one noun of seven, the mark left out
    found = stage.process(pa.RecordBatch.from_pydict({"text": ["私は彼に本を渡す。", "", "・。"]}))
    assert found.column("plain_noun_ratio").to_pylist() == [pytest.approx(1 / 7, abs=1e-6), 0, 0]
