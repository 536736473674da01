"""Each trap of Japanese text through normalisation and the splitter: what it says stays whole."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest

from corpuskit.ja.normalize import Normalizer, normalize
from corpuskit.ja.offsets import normalize_with_map
from corpuskit.ja.sentences import spans, split
from corpuskit.testing import TRAPS

EXPECTED = {
    "emoji": TRAPS["emoji"],
    "astral kanji and a variation selector": TRAPS["astral kanji and a variation selector"],
    "decomposed kana": "がぎぱす。パリ、バ\u3099",  # バ takes no second mark
    "half-width kana": "ハンカクカナノデータ、ガギパピ。",
    "compatibility characters": TRAPS["compatibility characters"],
    "dashes and waves": "コーヒー、十〜二十、1～2、−5、3-4、5‐6、7—8",
    "repetition marks": TRAPS["repetition marks"],
    "ruby": TRAPS["ruby"],
    "old orthography": TRAPS["old orthography"],
    "kanji only": TRAPS["kanji only"],
    "hiragana only": TRAPS["hiragana only"],
    "katakana only": TRAPS["katakana only"],
    "numbers in every width": "100V 200V 123 一二三 12,345.67 1．5 3/4 0 1e3 ⅔ Ⅻ",
    "a NUL": "前後",
    "empty text": "",
    "a very long line": TRAPS["a very long line"],
}


@pytest.mark.parametrize("trap", EXPECTED)
def test_normalised(trap: str) -> None:
    assert normalize(TRAPS[trap]) == EXPECTED[trap]


@pytest.mark.parametrize("trap", TRAPS)
def test_map_and_sentences_lose_nothing(trap: str) -> None:
    text = TRAPS[trap]
    result, way = normalize_with_map(text)
    pieces = list(way.pieces(len(result)))
    assert (pieces[-1].source_stop if pieces else 0) == len(text)
    for inside in (False, True):
        joined = "".join("".join(split(text, inside=inside)).split())
        assert joined == "".join(text.split())


def test_all_traps_at_once() -> None:
    array = pa.array(list(TRAPS.values()), pa.string())
    assert Normalizer().apply(array)[0].to_pylist() == [normalize(t) for t in TRAPS.values()]
    assert set(spans(array)[2]) <= set(range(len(array)))


def test_no_kana_changes_by_half_width_or_decomposition() -> None:
    words = "バス パス ハス データ ヴァイオリン ガラス びょういん"
    assert normalize(unicodedata.normalize("NFD", words)) == words
    assert normalize("ﾊﾞｽ ﾊﾟｽ ﾊｽ ﾃﾞｰﾀ ｳﾞｧｲｵﾘﾝ ｶﾞﾗｽ") == "バス パス ハス データ ヴァイオリン ガラス"


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        normalize("前\ud800後")
    with pytest.raises(UnicodeEncodeError):
        split("前\ud800後")
