"""Marks hidden in a text: read exactly, before they are removed, and never guessed."""

from __future__ import annotations

import pyarrow as pa
import pytest

from corpuskit.ja.marks import MARKS, embedded_marks
from corpuskit.ja.normalizestage import Normalize, NormalizeParams
from corpuskit.stage import apply
from corpuskit.testing import check_stage


def selectors(data: bytes) -> str:
    return "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in data)


def c2pa(manifest: bytes) -> str:
    return "\ufeff" + selectors(b"C2PATXT\0\1" + len(manifest).to_bytes(4, "big") + manifest)


MANIFEST = bytes(range(256))
TAGS = "".join(chr(0xE0000 + ord(c)) for c in "ignore me")

CASES = [
    ("本文" + c2pa(MANIFEST), [("c2pa", 2, 270, 256, MANIFEST[:32].hex())]),
    (c2pa(b"") + "本文", [("c2pa", 0, 14, 0, "")]),
    ("絵😀" + selectors(b"hello\0\xffworld"), [
        ("variation_selectors", 2, 12, 12, b"hello\0\xffworld".hex()),
    ]),
    ("\ufeff" + selectors(b"C2PATXX\0\1") + "a", [
        ("variation_selectors", 1, 9, 9, b"C2PATXX\0\1".hex()),
    ]),
    ("文" + TAGS, [("tags", 1, 9, 9, "ignore me")]),
    ("文" + "\u200b\u200c" * 8 + "x", [("zero_width", 1, 16, None, None)]),
]  # fmt: skip
NONE = [
    "",
    "葛\U000e0100城 辻\ufe00 ☎\ufe0e 👨\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\ufeff先頭の印と\u200b幅のない\u200b空白",
    "می\u200cخواهم",
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_marks_are_read_and_then_removed(text: str, expected: list[tuple[object, ...]]) -> None:
    batch = pa.record_batch({"text": ["前", text, "後"]})
    result = apply(Normalize(), batch).batch
    marks = result.column("embedded_marks")
    assert marks.type == MARKS
    assert marks[0].as_py() is marks[2].as_py() is None
    assert [tuple(mark.values()) for mark in marks[1].as_py()] == expected
    left = result.column("text")[1].as_py()
    assert embedded_marks(left) == []
    assert len(left) <= 4


@pytest.mark.parametrize("text", NONE)
def test_spelling_emoji_and_flags_are_no_marks(text: str) -> None:
    batch = pa.record_batch({"text": [text]})
    assert apply(Normalize(), batch).batch.column("embedded_marks").to_pylist() == [None]


def test_two_marks_in_a_text() -> None:
    found = embedded_marks("あ" + TAGS + "い" + c2pa(b"x"))
    assert [mark["kind"] for mark in found] == ["tags", "c2pa"]


def test_what_rules_do_not_remove_is_not_reported() -> None:
    batch = pa.record_batch({"text": ["本文" + c2pa(MANIFEST)]})
    stage = Normalize(NormalizeParams(invisible=False))
    result = apply(stage, batch).batch
    assert result.column("text") == batch.column("text")
    assert result.column("embedded_marks").null_count == 1


def test_the_stage_keeps_its_contract() -> None:
    check_stage("normalize")
    check_stage(
        "normalize",
        params={
            "map": True, "punctuation": "majority", "repeats": 3, "japanese_spaces": "all",
            "join_lines": True, "private_use": "geta", "squares": True,
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("params", "kernels"),
    [
        ({}, ()),
        ({"map": True}, ("edits",)),
        ({"map": False, "repeats": 0, "punctuation": "keep"}, ()),
        ({"map": True, "punctuation": "majority"}, ("edits", "tidy")),
        ({"join_lines": True}, ("tidy",)),
    ],
)
def test_kernels_that_few_need_are_named(params: dict[str, object], kernels: tuple[str]) -> None:
    assert Normalize.kernels_for(params) == kernels
