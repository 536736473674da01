"""The classifier and its stage: what it sees, that it learns, and that nothing leaks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from corpuskit.errors import InputError
from corpuskit.quality.evaluate import auc
from corpuskit.quality.labelled import (
    Labelled,
    cross_validated,
    groups_of,
    numbers_of,
    read_labels,
)
from corpuskit.quality.logistic import folds, logistic, sigmoid
from corpuskit.quality.modelstages import Score, ScoreParams
from corpuskit.quality.symbols import Grams, counted, mean_of_weights, symbols_of
from corpuskit.quality.textmodel import Rows, Settings, TextModel, fit
from corpuskit.testing import TRAPS, check_stage
from tests.readers.reading import SHARED

STAGES = ("signals.scripts", "signals.lines")


def folded(text: str) -> str:
    symbols, _ = symbols_of(pa.array([text], pa.string()), "characters")
    return "".join(map(chr, symbols.tolist()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ａb１ ｱ\n　ｶﾞ", "ab1アガ"),
        ("か\u3099き\u3099は\u309aハ\u309aゝ\u3099", "がぎぱパゞ"),
        ("①㎡½㈱10⁵", "1㎡½㈱105"),
        ("ー〜−々𠮷👍\0\ufeff", "ー〜−々𠮷👍"),
        ("あ\u309a", "あ\u309a"),
        ("", ""),
    ],
)
def test_what_characters_become(text: str, expected: str) -> None:
    assert folded(text) == expected


def test_n_grams_are_counted() -> None:
    texts = pa.array([*TRAPS.values(), "ababa"], pa.string())
    grams = Grams("characters", (1, 3), 22)
    symbols, ends = symbols_of(texts, "characters")
    counts = counted(symbols, ends, grams)
    for row, text in enumerate(texts.to_pylist()):
        letters = folded(text)
        expected = Counter(letters[i : i + k] for k in (1, 3) for i in range(len(letters) - k + 1))
        got = counts[[row]].data
        assert sorted(got.tolist()) == sorted(expected.values())
    weights = np.random.default_rng(1).random(1 << 22).astype(np.float32)
    sums = np.maximum(np.asarray(counts.sum(axis=1)).reshape(-1), 1)
    expected_means = (counts @ weights.astype(np.float64)) / sums
    assert mean_of_weights(symbols, ends, grams, weights) == pytest.approx(expected_means)


def test_morphemes_differ_by_letters_and_part_of_speech() -> None:
    from corpuskit.ja.morphology import MecabTagger

    tagger = MecabTagger()
    texts = pa.array(["PCが動く", "ＰＣが動く", "雨が。", "雨だが。"])
    symbols, ends = symbols_of(texts, "morphemes", tagger)
    rows = [symbols[ends[i] : ends[i + 1]].tolist() for i in range(4)]
    assert rows[0] == rows[1] and len(rows[0]) == 3
    assert rows[2][1] == rows[0][1]


def test_logistic_regression_finds_the_least_loss() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(200, 3))
    good = rng.random(200) < sigmoid(x @ np.array([2.0, -1.0, 0.0]) + 0.5)
    weights, constant = logistic(x, good, 3.0)
    slope = sigmoid(x @ weights + constant) - good
    assert 3.0 * (x.T @ slope) + weights == pytest.approx(np.zeros(3), abs=0.05)
    assert slope.sum() == pytest.approx(0, abs=0.05)


def test_folds_keep_groups_together_and_are_even() -> None:
    groups = np.repeat(np.arange(40), np.arange(40) % 3 + 1)
    fold = folds(groups, 10)
    assert all(len(set(fold[groups == g])) == 1 for g in range(40))
    assert np.ptp(np.bincount(fold)) <= 2
    uneven = folds(np.repeat(np.arange(11), [20, 20, *[5] * 9]), 3)  # 85 texts
    assert sorted(np.bincount(uneven).tolist()) == [25, 30, 30]


def made(n: int = 120) -> Labelled:
    """Texts whose label hangs on their words, with every tenth wrong."""
    good = ["設備の点検は月に一度行う。", "朝の市場に魚が並ぶ。", "規程は安全を守るために定める。"]
    bad = ["今すぐ登録!!無料", "激安!!送料無料", "限定!!クリック"]
    texts, labels = [], []
    for i in range(n):
        right = i % 2 == 0
        texts.append((good if right else bad)[i % 3] * (1 + i % 4) + chr(0x4E00 + i))
        labels.append(right != (i % 10 == 0))
    return Labelled(pa.array(texts), np.array(labels), ("",) * n, groups_of(texts))


@pytest.mark.parametrize("scale", ["tfidf", "mean"])
def test_it_learns_and_repeats(scale: str, tmp_path: Path) -> None:
    labels = made()
    settings = Settings(Grams("characters", (1, 2), 16), scale)
    seen = numbers_of(labels.text, settings, STAGES)
    scores = cross_validated(seen, labels, settings, 5)
    assert auc(scores, labels.good) > 0.8
    model = fit(seen.rows, labels.good, labels.groups, seen.names, settings)
    again = fit(seen.rows, labels.good, labels.groups, seen.names, settings)
    model.save(tmp_path / "a.npz")
    again.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    stage = Score(ScoreParams(model=str(tmp_path / "a.npz"), column="worth"))
    batch = with_signals(labels.text)
    row = stage.process(batch).to_pydict()
    assert row["worth"] == pytest.approx(model.score(seen.rows), abs=1e-5)
    total = np.array(row["worth_wording"]) + np.array(row["worth_form"]) + model.mix[2]
    assert row["worth"] == pytest.approx(sigmoid(total), abs=1e-5)
    check_stage(stage)


def with_signals(text: pa.Array) -> pa.RecordBatch:
    from corpuskit.registry import Registry

    batch = pa.RecordBatch.from_pydict({"text": text})
    for name in STAGES:
        batch = Registry().stage(name)().process(batch)
    return batch


def test_nothing_leaks_between_folds() -> None:
    """Labels that only the text itself could tell are guessed no better than by chance."""
    rng = np.random.default_rng(7)
    texts = ["".join(chr(0x4E00 + c) for c in rng.integers(0, 5000, 30)) for _ in range(150)]
    pairs = [*texts, *(f" {t} " for t in texts)]  # each twice, white space apart
    good = rng.random(150) < 0.5
    labels = Labelled(pa.array(pairs), np.tile(good, 2), ("",) * 300, groups_of(pairs))
    settings = Settings(Grams("characters", (1, 2), 18))
    seen = numbers_of(labels.text, settings, STAGES)
    assert 0.35 < auc(cross_validated(seen, labels, settings, 5), labels.good) < 0.65


def test_labels_are_read_as_they_stand(tmp_path: Path) -> None:
    tsv = tmp_path / "labels.tsv"
    tsv.write_text('text\tlabel\tsource\n"か\u3099」\tgood\ta\n\tBAD\tb\n', encoding="utf-8")
    found = read_labels(tsv)
    assert found.text.to_pylist() == ['"か\u3099」', ""]
    assert found.good.tolist() == [True, False] and found.source == ("a", "b")
    lines = tmp_path / "labels.jsonl"
    lines.write_text('{"text": "文", "label": 1}\n{"text": "文 ", "label": false}\n', "utf-8")
    assert read_labels(lines).groups.tolist() == [0, 0]
    for content, message in (("text\tlabel\n文\tso-so\n", r":2: no text, or the label 'so-so'"),
                             ("text\tlabel\n", "no labelled texts")):  # fmt: skip
        tsv.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            read_labels(tsv)
    with pytest.raises(InputError, match="fewer than ten"):
        labels = made(16)
        settings = Settings(Grams("characters", (1,), 10))
        seen = numbers_of(labels.text, settings, STAGES)
        fit(seen.rows, labels.good, labels.groups, seen.names, settings)


def test_models_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"x\.npz"):
        TextModel.load(tmp_path / "x.npz")
    with pytest.raises(InputError, match="not found"):
        Score(ScoreParams(model="absent.npz")).inputs()


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not there")
def test_the_labelled_web_texts() -> None:
    """`score train` reaches 0.86 (area under the ROC curve) in ten grouped folds."""
    labels = read_labels(SHARED / "labels" / "quality_mc4_good_bad.tsv")
    settings = Settings(Grams("morphemes", (1,)))
    stages = (*STAGES, "signals.repetition", "morphology")
    seen: Any = numbers_of(labels.text, settings, stages)
    assert len(labels.good) == 761
    assert auc(cross_validated(seen, labels, settings, 10), labels.good) >= 0.86


@pytest.mark.parametrize("scale", ["tfidf", "mean"])
def test_the_score_by_hand(scale: str) -> None:
    """Of "ああい" the 1-grams あ, twice, and い: idf 2 and 1, weights 0.5 and -1."""
    grams = Grams("characters", (1,), 12)
    symbols, ends = symbols_of(pa.array(["ああい", "あ", "い", ""]), "characters")
    counts = counted(symbols, ends, grams)
    a, i = counts[[1]].indices[0], counts[[2]].indices[0]
    idf, weights = np.zeros(1 << 12, np.float32), np.zeros(1 << 12, np.float32)
    idf[a], idf[i], weights[a], weights[i] = 2, 1, 0.5, -1
    knots, heights = np.array([[0.0, 0.0, 2.0]]), np.array([[1.0, 9.0, 3.0]])
    settings = Settings(grams, scale)
    model = TextModel(settings, ("s",), weights, idf, knots, heights, (2.0, 10.0, 0.25), {})
    x = (1 + np.log(2)) * 2
    tfidf = 2 * (0.5 * x - 1) / np.sqrt(x * x + 1)
    expected = {"tfidf": [tfidf, 1.0, -2.0, 0.0], "mean": [0.0, 1.0, -2.0, 0.0]}[scale]
    assert model.wording(counts) == pytest.approx(expected)
    assert model.form(np.array([[-1.0], [1.0], [5.0]])).tolist() == [[10.0], [20.0], [30.0]]
    score = model.score(Rows(counts[[1]], np.array([[1.0]])))
    assert score[0] == pytest.approx(1 / (1 + np.exp(-(1.0 + 20.0 + 0.25))))
