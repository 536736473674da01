"""The way back from a normalised text: exact, gapless, and the same however texts are batched."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.ja.normalize import NormalizeOptions, Normalizer, normalize
from corpuskit.ja.offsets import EDITS, OffsetMap, edits_of, normalize_with_map
from tests.ja.test_normalize import OPTIONS, TEXTS

ALL = NormalizeOptions(
    superscripts=True, squares=True, enclosed=True, fractions=True,
    punctuation="majority", repeats=1, japanese_spaces="all", join_lines=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "part", "source"),
    [
        ("電話は０３－１２３４です", NormalizeOptions(), "03－1234", "０３－１２３４"),
        ("名は　か\u3099く さん", NormalizeOptions(), "がく", "か\u3099く"),
        ("a\u200bb\r\n\r\n\r\nｶﾞｽ栓", NormalizeOptions(), "ガス", "ｶﾞｽ"),
        ("番\u200b号\u200b", NormalizeOptions(), "番号", "番\u200b号"),
        ("広さ１０㎡だ", ALL, "10m2", "１０㎡"),
        ("広さ㎡だ", ALL, "2", "㎡"),
        ("山 田 　太郎", ALL, "山田太郎", "山 田 　太郎"),
        ("え！！！次", ALL, "！次", "！！！次"),
        ("x e\u0301\u0323 y", NormalizeOptions(), "ẹ\u0301", "e\u0301\u0323"),
    ],
)
def test_a_span_leads_to_what_it_came_from(
    text: str, options: NormalizeOptions, part: str, source: str
) -> None:
    result, way = normalize_with_map(text, options)
    at = result.index(part)
    start, stop = way.source(at, at + len(part))
    # ！ is the first of its run; the others were removed within the span.
    assert text[start:stop] == source


@settings(max_examples=150, deadline=None)
@given(TEXTS, OPTIONS)
def test_pieces_hold_all_of_both_texts_and_explain_the_result(
    text: str, options: NormalizeOptions
) -> None:
    result, way = normalize_with_map(text, options)
    assert result == normalize(text, options)
    at = source = 0
    for piece in way.pieces(len(result)):
        assert (piece.start, piece.source_start) == (at, source)
        assert piece.stop > piece.start or piece.source_stop > piece.source_start
        at, source = piece.stop, piece.source_stop
        assert way.source(piece.start, piece.stop)[1] <= piece.source_stop
    assert (at, source) == (len(result), len(text))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_each_character_comes_from_its_span(text: str) -> None:
    result, way = normalize_with_map(text)
    last = 0
    for at, character in enumerate(result):
        start, stop = way.source(at, at + 1)
        assert last <= start < stop <= len(text) or character in normalize(text[start:stop])
        last = max(last, start)
        # Blanks, joiners and marks hang on what is around them; all others on themselves.
        if character.isalnum() and not 0x1100 <= ord(character) < 0x1200:
            around = normalize(text[start:stop].strip("\u200b\u00ad\ufeff"))
            assert character in around


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=5), st.integers(0, 2))
def test_the_column_is_the_same_beside_others_and_in_slices(texts: list[str], skip: int) -> None:
    array = pa.array(["捨てる"] * skip + texts, pa.string()).slice(skip)
    column = edits_of(array, Normalizer().run(array, tracing=True))
    assert column.type == EDITS
    column.validate(full=True)
    for text, edits in zip(texts, column.to_pylist(), strict=True):
        alone = pa.array([text], pa.string())
        assert edits == edits_of(alone, Normalizer().run(alone, tracing=True))[0].as_py()
        assert edits != []


def test_a_text_that_keeps_its_length_has_no_edits() -> None:
    array = pa.array(["ＡＢＣ，１２３", "そのまま", "a\r\n"])
    column = edits_of(array, Normalizer().run(array, tracing=True))
    assert column.to_pylist() == [None, None, [{"at": 1, "length": 0, "source_length": 1}]]


def test_without_edits_positions_are_the_same() -> None:
    assert OffsetMap(None).source(3, 7) == (3, 7)
    assert OffsetMap([]).source(3, 3) == (3, 3)
    with pytest.raises(ValueError, match="5:4"):
        OffsetMap(None).source(5, 4)
