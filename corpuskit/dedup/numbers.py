"""The number guard: two documents whose numbers differ are a template, not duplicates.

From each text come the hashes of its numeric tokens. If the multisets of two texts differ in
anything, the pair is a `template`, however alike the texts are: two data sheets that differ in
100 V and 200 V both stay.

**Hard** tokens always count:

- a number with a unit, attached or after one space: 100V, 1,000 円, 5㎡, 三百人, 0.5ミリグラム,
  10km/h, 50/60Hz, 100〜240V, 三分の二, ±5%, 10⁵ (but one or two digits and a space that open a
  line only number it: 2 国は);
- an amount with its currency before it: ¥1,000;
- a model or part number, which is a run of letters and digits with inner ``- / . _``: AB-1234X;
- sizes (10×20), and a bare number in a table cell (a line with ``|`` or a tab) or after a label
  (``:`` or ``=``).

**Soft** tokens count in the profiles law and industry: dates, times and eras (令和6年, 2024/4/1,
12:30, 3日前), versions (v1.2, 第2版, 1.2.3), pages, serial and article numbers (第三条の二, No.12,
3位, TEL 03-1234-5678), list marks (①), addresses, paths and file names with digits, long
identifiers, and any other bare number in prose.

A token is its value and its unit: １００Ｖ, 100V and 100 V are one, so are 1,000円, １０００円 and
千円, 一〇〇ボルト and 100ﾎﾞﾙﾄ, 5㎡, 5m² and 5m2. mW is not MW, 100V is not 100ボルト, 1.0 is not
1.00, 10⁵ is not 105. Kanji numerals count only with 第 before or a unit after them, and not in
ordinary words (一般, 万一, 三菱, 四国, 十分, 一度, 数十人). `corpuskit.dedup.units` lists the units
and those words.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup.units import tables
from corpuskit.kernels.buffers import Words, text_buffers
from corpuskit.kernels.numbers import Spans, scan
from corpuskit.kernels.numwords import HARD_TOKEN

Profile = Literal["web", "law", "industry", "off"]


class Number(NamedTuple):
    """One numeric token of a text.

    Attributes:
        token: as it stands in the text.
        kind: ``hard`` or ``soft``.
        value: the token without its unit.
        unit: the unit as it stands, or an empty string.
    """

    token: str
    kind: str
    value: str
    unit: str


def guard_tokens(
    texts: pa.Array | pa.ChunkedArray, profile: Profile
) -> tuple[Words, npt.NDArray[np.int64]]:
    """Hashes of the tokens that count in a profile, sorted text by text.

    Args:
        texts: n texts as they are stored (tables and lines matter), without nulls.
        profile: ``web`` hard tokens only; ``law`` and ``industry`` soft ones, too; ``off`` none.

    Returns:
        `(values, bounds)`: the multiset of text i is ``values[bounds[i]:bounds[i + 1]]``;
        ``bounds`` is ``int64[n + 1]``.
    """
    if profile == "off":
        return np.empty(0, np.uint64), np.zeros(len(texts) + 1, np.int64)
    values, _, bounds = _scan(texts, profile != "web")
    owner = np.repeat(np.arange(len(texts)), np.diff(bounds))
    return values[np.lexsort((values, owner))], bounds


def explain_numbers(text: str) -> list[Number]:
    """The numeric tokens of one text, hard and soft, in order."""
    _, spans, _ = _scan(pa.array([text], pa.string()), True)
    raw = text.encode()
    found = []
    for start, end, unit, kind in spans.tolist():
        unit = min(unit, end)
        parts = [raw[a:b].decode() for a, b in ((start, end), (start, unit), (unit, end))]
        found.append(
            Number(parts[0], "hard" if kind == HARD_TOKEN else "soft", parts[1], parts[2].strip())
        )
    return found


def _scan(
    texts: pa.Array | pa.ChunkedArray, soft: bool
) -> tuple[Words, Spans, npt.NDArray[np.int64]]:
    data, offsets = text_buffers(texts)
    bounds = np.zeros(len(offsets), np.int64)
    t = tables()
    values, spans = scan(
        data, offsets, t.fold, t.classes, t.expansions, t.flags, t.keys, t.kinds, soft, bounds
    )
    return values, spans, bounds
