"""What is measured over morphemes, beside plain Python over what MeCab prints."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from typing import Any

import fugashi
import numpy as np
import pyarrow as pa
import pytest
import unidic_lite

from corpuskit.ja import kanji
from corpuskit.ja.lexicon import NAMES
from corpuskit.ja.morphemes import parse_around
from corpuskit.ja.morphology import MecabTagger
from corpuskit.ja.morphologystage import Morphology, MorphologyParams
from corpuskit.ja.sentences import split
from corpuskit.testing import TRAPS, check_stage

EVERY = {"diversity": True, "repetition": True, "reading": True, "origins": True, "names": True}
TEXTS = [
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "田中さんは東京へ行った。田中さんは大阪へ行った。田中さんは東京へ行った。",
    "今すぐ登録して今すぐ登録して今すぐ登録して今すぐ登録して今すぐ登録して今すぐ登録して",
    "パソコンの電源を入れる。\n\n消しゴムを使う。",
    "",
    "ＡＢＣ　１２３",
    "㈱①㎡、10⁵円と½と℃〜～ー−々ゝ𠮷野家👨\u200d👩\x00國語の舊字體",
]


@pytest.fixture(scope="module")
def tagger() -> MecabTagger:
    return MecabTagger()


@pytest.fixture(scope="module")
def plain() -> Any:
    folder = shlex.quote(unidic_lite.DICDIR)
    return fugashi.GenericTagger(f"-r {os.devnull} -d {folder}", quiet=True)


@pytest.fixture(scope="module")
def measured() -> dict[str, list[Any]]:
    stage = Morphology(MorphologyParams(mattr_window=5, **EVERY))
    out: dict[str, list[Any]] = stage.process(pa.record_batch({"text": TEXTS})).to_pydict()
    return out


def nodes(plain: Any, text: str) -> list[tuple[str, tuple[str, ...]]]:
    text = text.replace("\0", " ")
    return [(n.surface, tuple(n.feature)) for s in split(text) for n in plain(s)]


def ratio(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0.0


def test_vocabulary(plain: Any, measured: dict[str, list[Any]]) -> None:
    for row, text in enumerate(TEXTS):
        symbols = ("補助記号", "記号", "空白")
        words = [(w, f) for w, f in nodes(plain, text) if f[0] not in symbols]
        surfaces = [w for w, _ in words]
        assert measured["word_types"][row] == len(set(surfaces))
        assert measured["type_token_ratio"][row] == ratio(len(set(surfaces)), len(surfaces))
        windows = [surfaces[i : i + 5] for i in range(len(surfaces) - 4)] or [surfaces]
        inside = sum(len(set(w)) for w in windows)
        assert measured["mattr"][row] == ratio(inside, sum(map(len, windows)))
        content = [
            f for _, f in words
            if f[0] in ("名詞", "動詞", "形容詞", "形状詞", "副詞")
            and f[1] not in ("非自立可能", "数詞", "助動詞語幹")
        ]  # fmt: skip
        assert measured["content_word_ratio"][row] == ratio(len(content), len(words))


def test_repeated_ngrams(plain: Any, measured: dict[str, list[Any]]) -> None:
    for row, text in enumerate(TEXTS):
        words = [w for w, _ in nodes(plain, text)]
        for n in (2, 3, 4):
            grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
            top = Counter(grams).most_common(1)  # of several, the first that it met
            gram, times = top[0] if top else ((), 0)
            size = len("".join(gram)) * times
            expected = ratio(times, len(grams)), ratio(min(size, len(text)), len(text))
            name = f"morpheme_top_{n}gram"
            assert (measured[f"{name}_ratio"][row], measured[f"{name}_char_ratio"][row]) == expected
            spaced = ratio(len(" ".join(gram)) * times, len(text))
            assert measured[f"{name}_spaced_ratio"][row] == spaced
        for n in (5, 6, 7, 8, 9, 10):
            grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
            counts = Counter(grams)
            often = [count for count in counts.values() if count > 1]
            name = f"morpheme_duplicate_{n}gram"
            assert measured[f"{name}_type_ratio"][row] == ratio(len(often), len(counts))
            assert measured[f"{name}_ratio"][row] == ratio(sum(often), len(grams))
            assert measured[f"{name}_char_ratio"][row] == ratio(covered(words, n), len(text))
    assert measured["morpheme_duplicate_5gram_char_ratio"][2] > 0.5
    assert measured["morpheme_top_2gram_char_ratio"][2] > 0.3


def covered(words: list[str], n: int) -> int:
    """Characters in n-grams met before, as datatrove's find_all_duplicate counts them."""
    met, chars, at = set(), 0, 0
    while at < len(words) - n + 1:
        gram = tuple(words[at : at + n])
        if gram in met:
            chars += len("".join(gram))
            at += n
        else:
            met.add(gram)
            at += 1
    return chars


def test_origins_and_readability(plain: Any, measured: dict[str, list[Any]]) -> None:
    names = {
        "wago_ratio": "和",
        "kango_ratio": "漢",
        "gairaigo_ratio": "外",
        "konshugo_ratio": "混",
    }
    for row, text in enumerate(TEXTS):
        found = nodes(plain, text)
        share: dict[str, float] = {}
        for name, origin in names.items():
            count = sum(len(f) > 12 and f[12] == origin for _, f in found)
            share[origin] = count / len(found) if found else 0
            assert measured[name][row] == ratio(count, len(found))
        verbs = sum(f[0] == "動詞" and f[1] != "非自立可能" for _, f in found)
        particles = sum(f[0] == "助詞" for _, f in found)
        total = max(len(found), 1)
        score = 11.724 - 0.056 * len(found) / max(len(split(text.replace("\0", " "))), 1)
        score -= 12.6 * share["漢"] + 4.2 * share["和"]
        score -= 14.5 * verbs / total + 4.4 * particles / total
        assert measured["readability"][row] == pytest.approx(score if found else 0.0, abs=1e-6)
    assert measured["gairaigo_ratio"][3] > 0


def test_readability_is_what_the_published_package_computes() -> None:
    # The example of jreadability 1.1.5's page: 6.438; its ！ is an end of a sentence here too.
    stage = Morphology(MorphologyParams(origins=True))
    text = "おはようございます！今日は天気がいいですね。"
    out = stage.process(pa.record_batch({"text": [text]}))
    assert out.column("readability").to_pylist() == [6.438]


def test_kanji_by_grade(measured: dict[str, list[Any]]) -> None:
    assert [len(grade) for grade in kanji.BY_GRADE] == [80, 160, 200, 202, 193, 191]
    every = "".join(kanji.BY_GRADE) + kanji.SECONDARY
    assert len(every) == len(set(every)) == 2136
    stage = Morphology(MorphologyParams(reading=True))
    cases = {
        "一右愛": (1 + 1 + 4) / 3,
        "茨歴論": (4 + 5 + 6) / 3,  # of the table of 2020: 茨 and 歴 moved
        "藤𠮟叱頬頰填塡": 7.0,
        "鼠㐂𠮷豈": 8.0,  # 豈 is U+F900
        "かな々ゝ〇ー①": 0.0,
        "論\x00鼠": 7.0,
        "國": 8.0,
    }
    out = stage.process(pa.record_batch({"text": list(cases)})).to_pydict()
    assert out["kanji_grade"] == [round(grade, 6) for grade in cases.values()]
    assert out["rare_kanji_ratio"] == [0, 0, 0, 1, 0, 0.5, 1]
    assert measured["morphemes_per_sentence"][3] == measured["morphemes"][3] / 2


def test_proper_nouns(plain: Any, measured: dict[str, list[Any]]) -> None:
    for row, text in enumerate(TEXTS):
        found = [f for _, f in nodes(plain, text)]
        proper = [f for f in found if f[1] == "固有名詞"]
        assert measured["proper_noun_ratio"][row] == ratio(len(proper), len(found))
        for name, part in (("person_name_ratio", "人名"), ("place_name_ratio", "地名")):
            count = sum(f[2] == part for f in proper)
            assert measured[name][row] == ratio(count, len(found))
    assert measured["person_name_ratio"][1] > 0 < measured["place_name_ratio"][1]


def test_what_is_measured_does_not_change_the_plain_columns(measured: dict[str, list[Any]]) -> None:
    stage = Morphology()
    out = stage.process(pa.record_batch({"text": TEXTS})).to_pydict()
    assert list(out) == ["text", *(column.name for column in stage.columns_written())]
    assert all(measured[name] == values for name, values in out.items())


@pytest.mark.parametrize("params", [EVERY, {"tagger": "sudachi", **EVERY, "origins": False}])
def test_traps(params: dict[str, Any]) -> None:
    check_stage("morphology", params=params, examples=TEXTS)


def test_morphemes_around_spans(tagger: MecabTagger) -> None:
    texts = ["今日は晴れだ。田中太郎さんは大阪市に住む。明日は雨だ。", "", "佐藤が来た。\n猫。"]
    array = pa.array(texts)
    data = "".join(texts).encode()

    def span(text: str) -> tuple[int, int]:
        at = data.index(text.encode())
        return at, at + len(text.encode())

    asked = [span("佐藤"), span("太郎さ"), span("大阪")]
    starts, stops = (np.array(column, np.int64) for column in zip(*asked, strict=True))
    found = parse_around(tagger, array, starts, stops)
    words = [
        data[a:b].decode() for a, b in zip(found.begins.tolist(), found.ends.tolist(), strict=True)
    ]
    assert words == ["田中", "太郎", "さん", "は", "大阪", "市", "に", "住む", "。",
                     "佐藤", "が", "来", "た", "。"]  # fmt: skip
    assert [words[a:b] for a, b in found.touching.tolist()] == [
        ["佐藤"], ["太郎", "さん"], ["大阪"]
    ]  # fmt: skip
    assert found.nearby.tolist() == [[9, 14], [0, 9], [0, 9]]
    kinds = dict(zip(words, (NAMES[kind] for kind in found.names.tolist()), strict=True))
    assert kinds["田中"] == kinds["佐藤"] == "surname"
    assert (kinds["太郎"], kinds["大阪"], kinds["住む"]) == ("given name", "place", "")
    assert found.dictionary.tags[found.contexts[0]] == ("名詞", "固有名詞", "人名", "姓")


def test_morphemes_around_any_span_are_those_of_the_text(tagger: MecabTagger) -> None:
    texts = [*TRAPS.values(), *TEXTS]
    array = pa.array(texts).slice(1)
    whole = tagger.parse(array)
    size, first = len("".join(texts).encode()), len(texts[0].encode())
    starts = np.arange(first, size, 37, dtype=np.int64)
    stops = np.minimum(starts + 5, size)
    found = parse_around(tagger, array, starts, stops)
    for (a, b), start, stop in zip(found.touching.tolist(), starts, stops, strict=True):
        wanted = (whole.begins < stop) & (whole.ends > start)
        assert found.begins[a:b].tolist() == whole.begins[wanted].tolist()
    nothing = parse_around(tagger, array, starts[:0], stops[:0])
    assert (len(nothing.begins), nothing.touching.shape) == (0, (0, 2))
    with pytest.raises(ValueError, match="must not be empty"):
        parse_around(tagger, array, starts, starts)
