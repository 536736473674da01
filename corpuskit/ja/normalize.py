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

々 ゝ and old orthography stay. So does each of the marks below, in every text and by all options;
none becomes another, and none becomes the hyphen or the tilde that NFKC or Unicode names suggest:

| mark | what it is | rule |
| --- | --- | --- |
| 〜 U+301C | wave dash, 波ダッシュ | stays: the sign of ranges (十〜二十) in JIS |
| ～ U+FF5E | full-width tilde | stays: CP932's decoding of the same sign; NFKC makes it ~ |
| ー U+30FC | sign of long vowels | stays: a letter; only ｰ U+FF70 becomes it, by `kana` |
| － U+FF0D | full-width hyphen-minus | stays: telephone and part numbers; NFKC makes it - |
| − U+2212 | minus sign | stays: CP932's －, decoded as JIS says; a sign of numbers |
| ‐ - – — ― | U+2010, U+002D, U+2013, U+2014, U+2015 | stay |

Off unless asked for, since they cost information: superscripts (10⁵, m², H₂O), fractions (½),
enclosed (① ⑴ ㈱), squares (㎡ ㌔ ㍿ ㍻), roman (Ⅳ), radicals (⼈ U+2F08), kana_ligatures (ゟ). They
become what NFKC makes of them, and then 10⁵ does become 105. Off too are the rules that change what
an author typed; they come after the others and `corpuskit.ja.tidying` explains them:

| option | what changes |
| --- | --- |
| private_use | "remove", or "geta": 〓 for each; 外字 hold meaning, so "keep" is the default |
| punctuation | "majority": ，becomes 、 or the reverse, whichever the document has more of; so ． |
| | and 。; "japanese": always 、。. Never in numbers (３，０００), labels or other languages |
| repeats | at most so many of one of 、。，．・！？!? in a row; … and ‥ stay |
| japanese_spaces | spaces between Japanese characters go: "sentences", in lines with 、。！？; |
| | "all", in every line but those of tables; never beside Latin letters or digits |
| join_lines | lines of a paragraph that was wrapped are joined |

The result is stable: normalising it again changes nothing. A text that needs no change is found
at the speed of reading. Texts with combining marks other than dakuten (Latin, Thai, Hebrew, ...) or
with Hangul Jamo go one by one through `unicodedata`; Japanese text has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.ja.composing import compose_marked
from corpuskit.kernels.buffers import Bytes, Offsets, string_array, text_buffers

if TYPE_CHECKING:
    from corpuskit.kernels.trace import Trace

NORMALIZE_VERSION = 2
"""Changes whenever a rule does, since results then differ."""

Counts = npt.NDArray[np.int64]
PrivateUse = Literal["keep", "remove", "geta"]
Punctuation = Literal["keep", "majority", "japanese"]
JapaneseSpaces = Literal["keep", "sentences", "all"]

_LONGEST = 2**31 - 1


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
        private_use: characters of private use stay ("keep"), go ("remove") or become 〓 ("geta").
        punctuation: ，． and 、。 stay ("keep"), follow the document's "majority", or are "japanese".
        repeats: longest run of one of 、。，．・！？!? that stays; 0 is any.
        japanese_spaces: spaces between Japanese characters stay ("keep"), or go in "sentences" or "all" lines.
        join_lines: lines of wrapped paragraphs are joined.
    """  # noqa: E501  (each is also the description of the stage's parameter)

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
    private_use: PrivateUse = "keep"
    punctuation: Punctuation = "keep"
    repeats: int = 0
    japanese_spaces: JapaneseSpaces = "keep"
    join_lines: bool = False

    @property
    def tidies(self) -> bool:
        """Whether a rule of `corpuskit.ja.tidying` is on."""
        return any(getattr(self, name) not in (0, False, "keep") for name in TIDYING)


TIDYING = ("punctuation", "repeats", "japanese_spaces", "join_lines")
"""Options of the rules of `corpuskit.ja.tidying`."""

DEFAULT = NormalizeOptions()
"""The safe rules: what is on costs no information that text is made of."""


@dataclass(slots=True)
class Normalized:
    """What became of a column of texts.

    Attributes:
        text: the normalised texts; the array given, when nothing changed.
        changed: characters replaced, composed or removed, `int64[n]`.
        hidden: the text had a run of 8 invisible characters that rules look at, `bool[n]`.
        trace: where the characters of `text` come from in the data of the array given,
            `int32[b, 2]` (see `corpuskit.kernels.trace`); no rows when not asked for or when
            nothing changed.
    """

    text: pa.StringArray
    changed: Counts
    hidden: npt.NDArray[np.bool_]
    trace: Trace


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
        result = self.run(array)
        return result.text, result.changed

    def run(self, array: pa.StringArray, tracing: bool = False) -> Normalized:
        """Normalise as `apply` does, and say what else is known.

        Raises:
            TypeError: the array is not of strings.
            ValueError: it has nulls, or the result would be larger than 2 GiB.
        """
        state = State(array, len(array), tracing)
        while self._pass(state):  # marks in another order may have another joiner after them
            pass
        if self.options.tidies:
            from corpuskit.ja.tidying import tidy

            tidy(state, self.options)
        if not state.changed.any():
            return Normalized(array, state.changed, state.hidden, state.trace[:0])
        return Normalized(state.text, state.changed, state.hidden, state.trace)

    def _pass(self, state: State) -> bool:
        """Apply the rules, then NFC; say whether NFC had anything to do."""
        # Numba is for whoever runs a stage, not for whoever checks a recipe.
        from corpuskit.ja.actions import actions
        from corpuskit.kernels.normalize import HIDDEN, MARKED, find_unclean, rewrite

        data, offsets = text_buffers(state.text)
        rules = actions(self.options)
        found = np.empty(len(state.changed), np.int64)
        find_unclean(data, offsets, rules.table, rules.switches, found)
        if np.array_equal(found, offsets[1:]):
            return False
        ends = np.empty(len(offsets), np.int64)
        flags, counts = np.zeros(len(found), np.uint8), np.empty(len(found), np.int64)
        out, trace = rewrite(
            data, offsets, found, rules.switches,
            rules.table, rules.target, rules.kana, rules.expansion_ends, rules.expansions,
            ends, counts, flags, state.tracing,
        )  # fmt: skip
        state.changed += counts
        state.hidden |= flags & HIDDEN != 0
        state.take(out, ends, trace)
        composed = compose_marked(out, ends, flags & MARKED != 0, state.changed, state.tracing)
        if composed is not None:
            state.take(*composed)
        return composed is not None


class State:
    """Texts on their way through the passes."""

    def __init__(self, text: pa.StringArray, n: int, tracing: bool) -> None:
        self.text, self.tracing = text, tracing
        self.changed = np.zeros(n, np.int64)
        self.hidden = np.zeros(n, np.bool_)
        self.trace: Trace = np.empty((0, 2), np.int32)
        self._traced = False

    def take(self, data: Bytes, ends: Counts | Offsets, trace: Trace) -> None:
        """Go on with what a pass made; its trace leads to the text before, ours to the first."""
        if ends[-1] > _LONGEST:
            raise ValueError(f"normalised texts of a batch exceed 2 GiB: {ends[-1]} bytes")
        self.text = string_array(data, ends.astype(np.int32))
        if self.tracing and self._traced:
            from corpuskit.kernels.edits import chain

            chain(trace, self.trace)
        self.trace, self._traced = trace, True


def normalize(text: str, options: NormalizeOptions = DEFAULT) -> str:
    """Normalise one text; for many, `Normalizer.apply` is far faster.

    Raises:
        UnicodeEncodeError: the text has a lone surrogate.
    """
    result, _ = Normalizer(options).apply(pa.array([text], pa.string()))
    return str(result[0].as_py())
