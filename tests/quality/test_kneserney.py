"""Language models: against numbers by hand, and against the definition in plain Python."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpuskit.errors import InputError
from corpuskit.quality.kneserney import discounts, train
from corpuskit.quality.langmodel import BEGIN, LanguageModel, lines_of
from corpuskit.testing import TRAPS

TEXTS = [
    "朝の市場に魚が並ぶ。\n朝の海、朝の町。",
    "",
    "魚が 並ぶ市場\n\n　市場の朝",
    "か\u3099が𠮷が",
    "がが",
]


def array(*texts: str) -> pa.Array:
    return pa.array(texts, pa.string())


def symbols(text: str) -> list[list[str]]:
    lines = ["▁".join(line.split()) for line in text.split("\n")]
    return [["<s>", *line, "</s>"] for line in lines if line]


class Reference:
    """Interpolated modified Kneser-Ney, written down as Chen and Goodman have it."""

    def __init__(self, lines: list[list[str]], order: int) -> None:
        self.order = order
        raw = [
            Counter(tuple(x[i : i + k]) for x in lines for i in range(len(x) - k + 1))
            for k in range(1, order + 1)
        ]
        self.vocabulary = {s for x in lines for s in x[1:]} | {"<unk>"}
        self.counts: list[Counter[tuple[str, ...]]] = []
        for k, grams in enumerate(raw):
            counts = Counter(grams)
            if k + 1 < order:
                left: dict[tuple[str, ...], set[str]] = defaultdict(set)
                for gram in raw[k + 1]:
                    left[gram[1:]].add(gram[0])
                counts = Counter(
                    {g: n if g[0] == "<s>" else len(left[g]) for g, n in grams.items()}
                )
            if k == 0:
                counts.pop(("<s>",))
            self.counts.append(counts)
        self.cuts = [self._discounts(list(counts.values())) for counts in self.counts]

    @staticmethod
    def _discounts(values: list[int]) -> list[float]:
        n = [sum(v == i for v in values) for i in range(5)]
        if not all(n[1:]):
            return [0.0, 0.5, 1.0, 1.5]
        y = n[1] / (n[1] + 2 * n[2])
        found = [0.0] + [i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3)]
        return found if all(0 <= d <= i for i, d in enumerate(found)) else [0.0, 0.5, 1.0, 1.5]

    def p(self, context: tuple[str, ...], symbol: str) -> float:
        context = context[max(0, len(context) - self.order + 1) :]
        k = len(context)
        below = self.p(context[1:], symbol) if k else 1 / len(self.vocabulary)
        after = {g[-1]: n for g, n in self.counts[k].items() if g[:-1] == context}
        total = sum(after.values())
        if not total:
            return below
        cuts = self.cuts[k]
        freed = sum(cuts[min(n, 3)] for n in after.values())
        n = after.get(symbol, 0)
        return max(n - cuts[min(n, 3)], 0) / total + freed / total * below

    def log10(self, text: str) -> float:
        known = self.vocabulary
        total = 0.0
        for line in symbols(text):
            line = [s if s in known or s == "<s>" else "<unk>" for s in line]
            total += sum(np.log10(self.p(tuple(line[:i]), line[i])) for i in range(1, len(line)))
        return total


def test_numbers_by_hand() -> None:
    # <s>ab</s>: all counts are 1, so discounts fall back to 0.5; 4 symbols are predicted.
    model = train([array("ab")], "characters", 2)
    unigram = 0.5 / 3 + 0.5 / 4
    bigram = 0.5 + 0.5 * unigram
    unknown = 0.5 * (0.5 / 4)  # after <s>, by the uniform part of the unigrams
    end = unigram  # nothing is known after <unk>
    found = model.score(array("ab", "z"))
    assert found.log10 == pytest.approx([3 * np.log10(bigram), np.log10(unknown * end)], abs=1e-6)
    assert found.symbols.tolist() == [3, 2] and found.characters.tolist() == [3, 2]
    assert found.perplexity()[0] == pytest.approx(1 / bigram, rel=1e-6)
    assert found.bits()[0] == pytest.approx(-np.log2(bigram), rel=1e-6)


def test_discounts_by_hand() -> None:
    # 4, 3, 2 and 1 n-grams with counts 1 to 4: Y = 4 / (4 + 2 * 3) = 0.4
    counts = np.array([1] * 4 + [2] * 3 + [3] * 2 + [4], np.int64)
    expected = [0, 1 - 2 * 0.4 * 3 / 4, 2 - 3 * 0.4 * 2 / 3, 3 - 4 * 0.4 * 1 / 2]
    assert discounts(counts) == pytest.approx(expected)
    assert discounts(np.array([1, 1, 2])).tolist() == [0, 0.5, 1, 1.5]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_the_definition(order: int) -> None:
    model = train([array(*TEXTS)], "characters", order)
    reference = Reference([line for text in TEXTS for line in symbols(text)], order)
    asked = [*TEXTS, "海の市場が並ぶ\n知らない字", "の" * 40]
    expected = [reference.log10(text) for text in asked]
    assert model.score(array(*asked)).log10 == pytest.approx(expected, abs=1e-4)


def test_probabilities_add_up_to_one() -> None:
    model = train([array(*TEXTS)], "characters", 3)
    size = len(model.keys) + 3

    def node(gram: tuple[int, ...]) -> int | None:
        at = gram[0]
        for symbol in gram[1:]:
            span = range(model.first[at], model.first[at + 1])
            at = next((i for i in span if model.last[i] == symbol), -1)
            if at < 0:
                return None
        return at

    def p(context: tuple[int, ...], symbol: int) -> float:
        found = node((*context, symbol))
        if found is not None:
            return float(10.0 ** model.logs[found])
        before = node(context)
        weight = 1.0 if before is None else 10.0 ** model.backoffs[before]
        return float(weight) * p(context[1:], symbol)

    for length in (0, 1, 2):
        for context in itertools.product([0, 1, 3, 5, 8, size - 1], repeat=length):
            total = sum(p(context, symbol) for symbol in range(size) if symbol != BEGIN)
            assert total == pytest.approx(1, abs=1e-5), context


def test_white_space_and_lines() -> None:
    lines = lines_of(array(" a　\tb \r\n\n\u2028\nc", "", "  ", "か\u3099"), "characters")
    assert "".join(map(chr, lines.symbols.tolist())) == "a▁bcか\u3099"
    assert lines.ends.tolist() == [0, 3, 4, 6]
    assert lines.first.tolist() == [0, 2, 2, 2, 3]
    assert lines.characters.tolist() == [4, 0, 0, 2]
    words = lines_of(array(" 朝 の　市場\n魚", "朝の"), "words")
    assert np.diff(words.ends).tolist() == [3, 1, 1]
    assert words.characters.tolist() == [7, 2]


def test_words_are_symbols_too() -> None:
    texts = ["朝 の 市場", "朝 の 海\n市場 の\x1c 魚"]
    model = train([array(*texts)], "words", 3)
    assert set(model.names) == {"朝", "の", "市場", "海", "の\x1c", "魚"}
    known, unknown = model.score(array("朝 の 海", "朝の海")).log10
    assert known > -2 and unknown < -1
    assert model.score(array("朝 の 海")).symbols.tolist() == [4]


def test_cuts_make_no_difference(tmp_path: Path) -> None:
    whole = train([array(*TEXTS)], "characters", 4, {"on": "texts"})
    parts = train([array(text) for text in TEXTS], "characters", 4, {"on": "texts"})
    whole.save(tmp_path / "a.npz")
    parts.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    loaded = LanguageModel.load(tmp_path / "a.npz")
    assert loaded.about == {"on": "texts"}
    traps = array(*TRAPS.values())
    assert loaded.score(traps).log10.tolist() == whole.score(traps).log10.tolist()
    again = [float(whole.score(traps.slice(i, 1)).log10[0]) for i in range(len(traps))]
    assert again == whole.score(traps).log10.tolist()


def test_nothing_to_train_on() -> None:
    with pytest.raises(InputError, match="no characters"):
        train([array("", "\n 　")], "characters", 3)
    with pytest.raises(InputError, match="not found"):
        LanguageModel.load(Path("absent.npz"))
