"""Aozora Bunko's notation in a text: ruby, annotations, gaiji, accents, repetition marks.

It is that of the annotation manual (https://www.aozora.gr.jp/annotation/): annotations say how the
book looks and go; those that mark a heading make it one; gaiji become the character they describe.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from corpuskit.ja.jis import jis_cell

_UNKNOWN = "〓"

#: Innermost annotation, on one line.
_GAIJI = re.compile(r"※［＃([^［］\n]*)］")
_NOTE = re.compile(r"［＃(?:[^［］\n]|［[^［］\n]*］)*］")
_JIS_PLACE = re.compile(r"(?<![0-9-])([12])-(\d{1,2})-(\d{1,2})(?![0-9-])")
_UNICODE_PLACE = re.compile(r"U\+([0-9A-Fa-f]{4,6})")
_DIGITS = str.maketrans("０１２３４５６７８９－‐−＋Ｕ", "0123456789---+U")

#: A heading that stands on its own: noted behind it, around it, or around several lines. Headings
#: that a text runs on from (同行, 窓) are no lines of their own.
_LEVELS = {"大": "# ", "中": "## ", "小": "### "}
_HEADING = re.compile(r"［＃(?:「(?:[^［］\n]|［[^［］\n]*］)*」は)?([大中小])見出し］")
_OPEN_HEADING = re.compile(r"［＃ここから([大中小])見出し］")
_CLOSE_HEADING = re.compile(r"［＃ここで[大中小]見出し終わり］")
_LONGEST_HEADING = 20  # lines

#: What ruby can stand on without the mark ｜: kanji, kana, letters, digits, iteration marks.
_BASE = (
    r"㐀-鿿豈-﫿\U0001b000-\U0001b16f𠀀-𿿽々〆〇〻仝Ⅰ-ⅿ①-⓿㈠-㊿ぁ-ゟァ-ヿ〱-〵＼"
    r"A-Za-zÀ-ÿ0-9Ａ-Ｚａ-ｚ０-９〓※〕"
)
_MARKED_RUBY = re.compile(r"｜([^｜《》\n]*)《([^《》\n]*)》")
_RUBY = re.compile(rf"(?<=[{_BASE}])《([^《》\n]*)》")
_BRACKETED = re.compile(r"〔([^〔〕\n]*)〕")

#: The table of https://www.aozora.gr.jp/accent_separation.html.
_COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    ":": "\u0308",
    "&": "\u030a",
    ",": "\u0327",
    "_": "\u0304",
}
_OTHERS = {
    "AE&": "Æ",
    "ae&": "æ",
    "OE&": "Œ",
    "oe&": "œ",
    "s&": "ß",
    "O/": "Ø",
    "o/": "ø",
    "!@": "¡",
    "?@": "¿",
}
_ACCENT = re.compile(
    # An apostrophe of English: I'm, you're.
    r"\b(?:I|[Yy]ou|[Hh]e|[Ss]he|[Ww]e|[Tt]hey|[Ww]ho)'(?:m|s|d|ll|re|ve)\b|"
    + "|".join(map(re.escape, _OTHERS))
    + r"|[AEIOUaeiou][`'^:_]|[AONaon]~|[Aa]&|[Yy]'|y:|[Cc],"
)

#: Small kana of Unicode that JIS has not; and how a numeral is built.
_SMALL = dict(zip("ゐゑをヰヱヲンこコ", "𛅐𛅑𛅒𛅤𛅥𛅦𛅧𛄲𛅕", strict=True))
_KANA = re.compile(
    r"(?:(半濁点|濁点)付き)?(小書き)?(?:(半濁点|濁点)付き)?(?:平仮名|片仮名)「?([ぁ-ゖァ-ヺ])"
)
_ROMAN = re.compile(r"ローマ数字(小文字)?(\d{1,4})")
_SIGNS = re.compile(r"(感嘆符|疑問符)([二三四五])つ")
_MARKS = {"濁点": "\u3099", "半濁点": "\u309a"}


def plain(text: str, *, keep_ruby: bool = False) -> str:
    """Text with Aozora Bunko's notation resolved.

    Args:
        text: with ruby《》, annotations ［＃…］, gaiji ※［＃…］, accents 〔e'〕 and ／＼.
        keep_ruby: keep readings in brackets.
    """
    text = _GAIJI.sub(lambda found: gaiji(found[1]), text)
    if "［＃" in text:
        text = "\n".join(_spaced(_without_notes(text.split("\n"))))
    reading = r"（\1）" if keep_ruby else ""
    text = _MARKED_RUBY.sub(r"\1（\2）" if keep_ruby else r"\1", text)
    text = _RUBY.sub(reading, text)
    text = _BRACKETED.sub(_accents, text)
    return text.replace("／″＼", "〴〵").replace("／＼", "〳〵")


def _without_notes(lines: list[str]) -> Iterator[str]:
    """Lines without annotations; a line that held nothing else goes, too."""
    opened: list[str] | None = None
    level = ""
    for line in lines:
        if "［＃" not in line:
            if opened is None:
                yield line
            else:
                opened.append(line)
            continue
        start = _OPEN_HEADING.search(line)
        if start and opened is None:
            opened, level = [], _LEVELS[start[1]]
        left = _NOTE.sub("", line)
        if opened is not None:
            if left.strip():
                opened.append(left)
            if _CLOSE_HEADING.search(line) or len(opened) > _LONGEST_HEADING:
                yield from _headed(opened, level)
                opened = None
        elif (found := _HEADING.search(line)) and left.strip():
            yield _LEVELS[found[1]] + left.strip()
        elif left == line or left.strip():
            yield left
    yield from opened or ()


def _headed(lines: list[str], level: str) -> Iterator[str]:
    """Lines of one heading; more than a heading has are text."""
    if len(lines) > _LONGEST_HEADING:
        yield from lines
        return
    title = "　".join(filter(None, (line.strip() for line in lines)))
    if title:
        yield level + title


def _spaced(lines: Iterator[str]) -> Iterator[str]:
    """Headings with a blank line before and after."""
    before = ""
    for line in lines:
        if before and line and (_is_heading(before) or _is_heading(line)):
            yield ""
        yield line
        before = line


def _is_heading(line: str) -> bool:
    return line.startswith(tuple(_LEVELS.values()))


def gaiji(note: str) -> str:
    """The character that a gaiji annotation describes, or 〓 where it gives no code.

    Args:
        note: what stands between ※［＃ and ］, such as ``「口＋世」、第3水準1-14-88`` or
            ``「けものへん＋章」、U+734E、123-4``.
    """
    note = note.translate(_DIGITS)
    place = _JIS_PLACE.search(note)
    if place and (found := jis_cell(*(int(part) for part in place.groups()))):
        return found
    code = _UNICODE_PLACE.search(note)
    point = int(code[1], 16) if code else 0
    usable = 0x20 <= point < 0x110000 and unicodedata.category(chr(point)) not in ("Cs", "Co", "Cc")
    return chr(point) if usable else _described(note)


def _described(note: str) -> str:
    """Kana, numerals and signs that are described in words alone; else 〓."""
    if kana := _KANA.match(note):
        mark = _MARKS.get(kana[1] or kana[3] or "", "")
        letter = _SMALL.get(kana[4], kana[4]) if kana[2] else kana[4]
        return unicodedata.normalize("NFC", letter + mark)
    if numeral := _ROMAN.match(note):
        written = _roman(int(numeral[2]))
        return written.lower() if numeral[1] else written
    if signs := _SIGNS.match(note):
        return ("！" if signs[1] == "感嘆符" else "？") * ("二三四五".index(signs[2]) + 2)
    return _UNKNOWN


def _roman(number: int) -> str:
    found = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"],
        strict=True,
    ):
        found += sign * (number // value)
        number %= value
    return found or _UNKNOWN


def _accents(found: re.Match[str]) -> str:
    """〔cafe'〕 becomes café; brackets without accents stay."""
    text, changed = _ACCENT.subn(lambda pair: _accented(pair[0]), found[1])
    return text if changed and text != found[1] else found[0]


def _accented(pair: str) -> str:
    if pair in _OTHERS:
        return _OTHERS[pair]
    if len(pair) != 2:
        return pair  # I'm
    return unicodedata.normalize("NFC", pair[0] + _COMBINING[pair[1]])
