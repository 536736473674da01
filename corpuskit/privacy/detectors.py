"""Find personal information that has a format, in a batch of texts.

A kernel finds candidates in one pass (`kernels.pii`); the rules then read about 160 characters
around each. Rules see the text as it stands, folded one character for one, so that spans are bytes
of the original. Nothing keeps or logs a value.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels.buffers import text_buffers
from corpuskit.privacy.births import find_births, find_machine_line, find_plates
from corpuskit.privacy.hits import Found, Hits, resolve
from corpuskit.privacy.kinds import PRIVACY_VERSION, RULES, kind_of, rule_id
from corpuskit.privacy.networks import find_email, find_hex, find_ipv4
from corpuskit.privacy.numbers import Match, find_marks, find_numbers
from corpuskit.privacy.phones import find_phones, find_postal
from corpuskit.privacy.windows import Window, cut, with_kanji_digits

__all__ = ["LEAST", "PRIVACY_VERSION", "Hits", "detect", "resolve"]

LEAST = 75
"""Confidence that a hit needs: 65 is a format alone, 75 a word far away, 85 a word beside it."""

_ROOM = 1 << 10


def detect(texts: pa.Array, unverified: bool = True, least: int = LEAST) -> Hits:
    """Find all kinds that have a format; names and addresses are found elsewhere.

    Args:
        texts: strings without nulls.
        unverified: use also rules whose format no official text confirmed (`Rule.verified`).
        least: confidence below which nothing is reported, 0 to 100.

    Returns:
        Hits sorted by text and place; no two overlap.

    Raises:
        TypeError: the array is not of strings.
        ValueError: it has nulls.
    """
    data, offsets = text_buffers(texts)
    spans = candidates(data, offsets)
    found: set[Found] = set()
    view: memoryview = data.data if len(data) else memoryview(b"")
    for row, start, stop, kind in spans.tolist():
        window = cut(view, row, (int(offsets[row]), int(offsets[row + 1])), (start, stop))
        for rule, first, last, sure in _matches(window, kind):
            number = rule_id(rule)
            if sure < least or not (unverified or RULES[number].verified):
                continue
            head, tail = window.bytes_of(first, last)
            found.add((row, kind_of(number), head, tail, number, min(sure, 100)))
    return resolve(Hits.of(sorted(found)))


def candidates(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Places that rules look at, `int32[n, 4]` as `kernels.pii.find_candidates` writes them."""
    from corpuskit.kernels.pii import CLASSES, find_candidates

    out = np.empty((max(_ROOM, len(data) >> 9), 4), np.int32)
    count = find_candidates(data, offsets, CLASSES, out)
    if count > len(out):
        out = np.empty((count, 4), np.int32)
        count = find_candidates(data, offsets, CLASSES, out)
    return out[:count]


def _matches(window: Window, kind: int) -> Iterator[Match]:
    from corpuskit.kernels import pii

    if kind == pii.AT_SIGN:
        yield from find_email(window)
    elif kind == pii.HEX:
        yield from find_hex(window)
    elif kind == pii.BIRTH:
        yield from find_births(window)
    elif kind == pii.MARK_NUMBER:
        yield from find_marks(window)
    elif kind == pii.PLATE:
        yield from find_plates(window)
    elif kind == pii.PASSPORT_LINE:
        yield from find_machine_line(window)
    else:
        yield from _number_matches(window, kind == pii.KANJI_NUMBER)


def _number_matches(window: Window, kanji: bool) -> Iterator[Match]:
    if kanji:
        window = with_kanji_digits(window)
    yield from find_phones(window)
    yield from find_postal(window)
    yield from find_numbers(window)
    if not kanji and "." in window.folded[window.first : window.last]:
        yield from find_ipv4(window)
