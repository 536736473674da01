"""Foreign kanji and exclamation marks against plain Python."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.charset import FOREIGN, MARKS, count_marks


def counts(texts: list[str]) -> list[tuple[int, int]]:
    data, offsets = text_buffers(pa.array(texts, pa.string()))
    out = np.empty((len(texts), len(MARKS)), np.int64)
    count_marks(data, offsets, FOREIGN, out)
    return [(int(a), int(b)) for a, b in out]


def expected(text: str) -> tuple[int, int]:
    def foreign(c: str) -> bool:
        return "\u4e00" <= c <= "\u9fff" and not any(
            c.encode(name, "ignore") for name in ("euc_jis_2004", "cp932")
        )

    return sum(map(foreign, text)), text.count("!") + text.count("！")


def test_japanese_has_none_and_simplified_chinese_has_many() -> None:
    assert counts(["髙﨑さんの蔵書、鷗外の『舞姫』。々〆ヶ"]) == [(0, 0)]
    [(foreign, _)] = counts(["为了让每一位游客都能安心参观，请您遵守以下规定。"])
    assert foreign >= 5


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=5))
def test_any_text_is_counted_as_plain_python_counts(texts: list[str]) -> None:
    texts = [*texts, "！!", "", "𠮷🎉!", "这们\x00！"]
    assert counts(texts) == [expected(text) for text in texts]
