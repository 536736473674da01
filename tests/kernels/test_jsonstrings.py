"""The kernel against msgspec: the same text, or none where msgspec has none."""

from __future__ import annotations

import json
import random

import msgspec
import numpy as np
import pytest

from corpuskit.kernels.buffers import string_array
from corpuskit.kernels.jsonstrings import unescape

DECODE = msgspec.json.Decoder(str).decode
PIECES = (
    *'"\\und8DC0a/bfrtx ',
    *("\n", "\x01", "\x7f", "が", "か\u3099", "𠮟", "\\u3042", "\\u0000", "\\u00"),
    *("\\ud83d\\ude00", "\\uD83D\\uDE00", "\\ud83d", "\\ude00", '\\"', "\\\\", "\\n", "\\u30fC"),
    *("abcdefgh", "令和六年度" * 3),
)


def unescaped(values: list[bytes]) -> list[str] | None:
    raw = np.frombuffer(bytearray(b"\n".join(values)), np.uint8)
    out, offsets = np.empty(len(raw), np.uint8), np.zeros(len(values) + 1, np.int32)
    size = unescape(raw, out, offsets)
    return None if size < 0 else string_array(out[:size], offsets).to_pylist()


def expected(value: bytes) -> str | None:
    try:
        return DECODE(value)
    except msgspec.DecodeError:
        return None


def test_random_strings_as_msgspec_has_them() -> None:
    rng = random.Random(3)
    good = []
    for _ in range(20_000):
        value = f'"{"".join(rng.choices(PIECES, k=rng.randrange(9)))}"'.encode()
        text = expected(value)
        assert unescaped([value]) == (None if text is None else [text]), value
        if text is not None:
            good.append(value)
    assert 2_000 < len(good) < 18_000
    assert unescaped(good) == [DECODE(value) for value in good]


@pytest.mark.parametrize("before", range(10))
def test_escapes_at_every_place_of_a_word(before: int) -> None:
    for escape in ("\\n", "\\u3042", "\\ud842\\udf9f", '\\"', "\\/", "\\u007f", "\\u07ff"):
        value = f'"{"x" * before}{escape}{"ー" * 4}{escape}"'.encode()
        assert unescaped([value, value]) == [DECODE(value)] * 2


@pytest.mark.parametrize(
    "value",
    [b"", b'"', b"1", b"null", b'"a', b'a"', b'"a"b', b'"a" ', b' "a"', b'"\\', b'"\\"', b'"\\u12"',
     b'"\\u12', b'"\\ud83d\\u"', b'"\\ud83d\\', b'"\\x41"', b'"\t"', b'"a\nb"'],
)  # fmt: skip
def test_what_is_no_string_is_refused(value: bytes) -> None:
    assert unescaped([value]) is None
    assert unescaped([b'"ok"', value]) is None
    assert unescaped([value, b'"ok"']) is None


def test_all_code_points() -> None:
    points = [*range(0xD800), *range(0xE000, 0x110000, 7)]
    text = "".join(map(chr, points))
    assert unescaped([json.dumps(text).encode()]) == [text]
    assert unescaped([json.dumps(text, ensure_ascii=False).encode()]) == [text]


def test_no_text() -> None:
    assert unescaped([]) == []
    assert unescaped([b'""', b'""']) == ["", ""]
