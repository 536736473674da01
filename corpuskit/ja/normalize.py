"""Normalisation that does not destroy Japanese: widths, kana, blanks, and nothing else.

NFKC is the usual choice and the wrong one: it turns 10⁵ into 105, m² into m2 and ① into 1. Here
each class of characters has a rule and a switch, a field of `NormalizeOptions`:

| option | what changes |
| --- | --- |
| widths | full-width letters and digits, and ＃＄％＆＊＋＝＠＿, become ASCII |
| kana | ｱ -> ア, ｶﾞ -> ガ, ｡｢｣､･ｰ -> 。「」、・ー; か + ﾞ -> が, other ﾞ ﾟ -> ゛ ゜ |
| compose | か + U+3099 -> が; whatever else NFC composes or unifies (é, Å, 한) |
| controls | NUL, the other C0 and C1 controls and U+007F are removed |
| invisible | removed: U+200B, U+2060 to U+206F, U+FEFF, U+00AD, marks of direction, and joiners, |
| | variation selectors and tags where nothing needs them |
| lines | CRLF, CR, VT, FF, U+0085, U+2028, U+2029 become LF |
| spaces | U+3000, U+00A0, U+2000 to U+200A and the like become ASCII spaces; U+3000 at the start |
| | of a line (the indent of paragraphs) and blanks at its end are removed; several spaces |
| | inside a line become one |
| blank_lines | two or more blank lines become one |

What stays, though it looks alike:

| option | what stays |
| --- | --- |
| widths | all other full-width symbols, Japanese typography: ！？（）［］，．：；－／～｜￥ |
| kana | ゛ and ゜ as characters of their own |
| compose | CJK compatibility ideographs, which spell names: 神 U+FA19 is not 神 U+795E |
| invisible | selectors after kanji (葛󠄀) and emoji (☎️, 1️⃣), U+200D after emoji (👨‍👩), |
| | tags of flags, U+200C and U+200D after letters of Arabic, Indic and like scripts |
| spaces | tabs; ASCII spaces at the start of a line; spaces of lines with a tab or "|" (tables) |

None of 〜 ～ ー － − ‐ - – — ever becomes another; 々 ゝ, old orthography and private use stay.
Off unless asked for, since they cost information: superscripts (10⁵, m², H₂O), fractions (½),
enclosed (① ⑴ ㈱), squares (㎡ ㌔ ㍿ ㍻), roman (Ⅳ), radicals (⼈ U+2F08), kana_ligatures (ゟ). They
become what NFKC makes of them, and then 10⁵ does become 105.

The result is stable: normalising it again changes nothing. A text that needs no change is found
at the speed of reading. Texts with combining marks other than dakuten (Latin, Thai, Hebrew, ...) or
with Hangul Jamo go one by one through `unicodedata`; Japanese text has none.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels.buffers import Bytes, Offsets, string_array, text_buffers

if TYPE_CHECKING:
    from corpuskit.ja.actions import Actions

NORMALIZE_VERSION = 1
"""Changes whenever a rule does, since results then differ."""

Counts = npt.NDArray[np.int64]

_LONGEST = 2**31 - 1
_NAMES = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")


@dataclass(frozen=True, slots=True)
class NormalizeOptions:
    """Which classes of characters change; the module's docstring has the rules.

    Attributes:
        widths: full-width letters, digits and some symbols become ASCII.
        kana: half-width kana and punctuation become full-width.
        compose: dakuten and other combining marks compose (NFC).
        controls: control characters go.
        invisible: zero-width characters go, where nothing needs them.
        lines: every kind of line break becomes a line feed.
        spaces: every kind of space becomes an ASCII space; runs, indents and ends of lines.
        blank_lines: at most one blank line in a row.
        superscripts: ⁵ ² ₂ become digits and letters.
        fractions: ½ becomes 1⁄2.
        enclosed: ① ⑴ ㈱ become 1, (1), (株).
        squares: ㎡ ㌔ ㍻ become m2, キロ, 平成.
        roman: Ⅳ becomes IV.
        radicals: Kangxi radicals become ideographs (PDFs often have ⼈ for 人).
        kana_ligatures: ゟ ヿ become より, コト.
    """

    widths: bool = True
    kana: bool = True
    compose: bool = True
    controls: bool = True
    invisible: bool = True
    lines: bool = True
    spaces: bool = True
    blank_lines: bool = True
    superscripts: bool = False
    fractions: bool = False
    enclosed: bool = False
    squares: bool = False
    roman: bool = False
    radicals: bool = False
    kana_ligatures: bool = False


DEFAULT = NormalizeOptions()
"""The safe rules: what is on costs no information that text is made of."""


class Normalizer:
    """Normalises columns of text by one set of options; cheap to make, safe to share."""

    def __init__(self, options: NormalizeOptions = DEFAULT) -> None:
        self.options = options

    def apply(self, array: pa.StringArray) -> tuple[pa.StringArray, Counts]:
        """Return the normalised texts and how many characters changed in each (`int64[n]`).

        A character changed when it was replaced, composed with the one before, or removed. When
        none did, the array returned is the one given.

        Raises:
            TypeError: the array is not of strings.
            ValueError: it has nulls, or the result would be larger than 2 GiB.
        """
        changed = np.zeros(len(array), np.int64)
        result, composed = self._pass(array, changed)
        while composed:  # marks in another order may have another joiner after them
            result, composed = self._pass(result, changed)
        return (result if changed.any() else array), changed

    def _pass(self, array: pa.StringArray, changed: Counts) -> tuple[pa.StringArray, bool]:
        """Apply the rules, then NFC; add to `changed`; say whether NFC had anything to do."""
        # Numba is for whoever runs a stage, not for whoever checks a recipe.
        from corpuskit.ja.actions import actions
        from corpuskit.kernels.normalize import find_unclean

        data, offsets = text_buffers(array)
        rules = actions(self.options)
        found = np.empty(len(changed), np.int64)
        find_unclean(data, offsets, rules.table, rules.switches, found)
        if np.array_equal(found, offsets[1:]):
            return array, False
        out, ends, marked = _rewrite(data, offsets, found, rules, changed)
        out, ends, composed = _compose_marked(out, ends, marked, changed)
        if ends[-1] > _LONGEST:
            raise ValueError(f"normalised texts of a batch exceed 2 GiB: {ends[-1]} bytes")
        return string_array(out, ends.astype(np.int32)), composed


def normalize(text: str, options: NormalizeOptions = DEFAULT) -> str:
    """Normalise one text; for many, `Normalizer.apply` is far faster.

    Raises:
        UnicodeEncodeError: the text has a lone surrogate.
    """
    result, _ = Normalizer(options).apply(pa.array([text], pa.string()))
    return str(result[0].as_py())


def _rewrite(
    data: Bytes, offsets: Offsets, found: Counts, rules: Actions, changed: Counts
) -> tuple[Bytes, Counts, npt.NDArray[np.uint8]]:
    from corpuskit.kernels.normalize import rewrite

    ends = np.empty(len(offsets), np.int64)
    marked, counts = np.zeros(len(changed), np.uint8), np.empty(len(changed), np.int64)
    out = rewrite(
        data, offsets, found, rules.switches,
        rules.table, rules.target, rules.kana, rules.expansion_ends, rules.expansions,
        ends, counts, marked,
    )  # fmt: skip
    changed += counts
    return out, ends, marked


def _compose_marked(
    out: Bytes, ends: Counts, marked: npt.NDArray[np.uint8], changed: Counts
) -> tuple[Bytes, Counts, bool]:
    """Compose the marked texts; return bytes and offsets, and whether anything changed."""
    parts: list[Bytes] = []
    sizes, done = np.diff(ends), 0
    for text in np.flatnonzero(marked):
        start, stop = int(ends[text]), int(ends[text + 1])
        before = out[start:stop].tobytes().decode()
        after = compose(before)
        if after == before:
            continue
        changed[text] += max(1, len(before) - len(after))
        fresh = np.frombuffer(after.encode(), np.uint8)
        sizes[text] = len(fresh)
        parts += [out[done:start], fresh]
        done = stop
    if not parts:
        return out, ends, False
    return np.concatenate([*parts, out[done:]]), np.concatenate([[0], np.cumsum(sizes)]), True


def compose(text: str) -> str:
    """Return the text in NFC, but with its CJK compatibility ideographs as they are."""
    if not _NAMES.search(text):
        return unicodedata.normalize("NFC", text)  # quick when there is nothing to do
    parts = _NAMES.split(text)
    parts[::2] = (unicodedata.normalize("NFC", part) for part in parts[::2])
    return "".join(parts)
