"""Numbers as list labels write them: 一, 壱, 甲, イ, ①, iv. Names are those of Office Open XML."""

from __future__ import annotations

from collections.abc import Callable

_KANJI = "〇一二三四五六七八九"
_LEGAL = "零壱弐参四伍六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_AIUEO = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_AIUEO_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"
_IROHA = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウ"
    "ヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
)
_IROHA_HALF = "ｲﾛﾊﾆﾎﾍﾄﾁﾘﾇﾙｦﾜｶﾖﾀﾚｿﾂﾈﾅﾗﾑｳヰﾉｵｸﾔﾏｹﾌｺｴﾃｱｻｷﾕﾒﾐｼヱﾋﾓｾｽﾝ"
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def numeral(number: int, form: str) -> str:
    """A number in one of the forms of ``w:numFmt``; plain digits where the form is unknown."""
    write = _FORMS.get(form)
    return str(number) if write is None else write(number)


def counted(
    number: int, digits: str = _KANJI, units: str = "十百千万", *, ones: bool = False
) -> str:
    """A number below 100,000,000 in kanji, 二十三 for 23.

    Args:
        number: other numbers are written in plain digits.
        digits: for 0 to 9.
        units: for ten, hundred, thousand and ten thousand.
        ones: write 壱拾, not 拾.
    """
    if not 0 < number < 100_000_000:
        return digits[0] if number == 0 else str(number)
    high, low = divmod(number, 10_000)
    head = counted(high, digits, units, ones=ones) + units[3] if high else ""
    parts = []
    for power, unit in ((1000, units[2]), (100, units[1]), (10, units[0]), (1, "")):
        digit = low // power % 10
        if digit:
            parts.append(("" if digit == 1 and unit and not ones else digits[digit]) + unit)
    return head + "".join(parts)


def roman(number: int) -> str:
    """Small Roman numerals; plain digits outside 1 to 3999."""
    if not 0 < number < 4000:
        return str(number)
    out = []
    for size, letters in _ROMAN:
        times, number = divmod(number, size)
        out.append(letters * times)
    return "".join(out)


def letters(number: int) -> str:
    """a to z, then aa, bb as Word counts."""
    if not 0 < number <= 26 * 10:
        return str(number)
    times, at = divmod(number - 1, 26)
    return chr(97 + at) * (times + 1)


def _of(row: str) -> Callable[[int], str]:
    def written(number: int) -> str:
        return row[(number - 1) % len(row)] if number > 0 else str(number)

    return written


def _from(first: str, last: int, zero: str | None = None) -> Callable[[int], str]:
    """Characters that follow each other in Unicode, for 1 to `last`."""

    def written(number: int) -> str:
        if number == 0 and zero is not None:
            return zero
        return chr(ord(first) + number - 1) if 0 < number <= last else str(number)

    return written


def circled(number: int) -> str:
    """① to ㊿; plain digits beyond."""
    if 0 < number <= 20:
        return chr(0x245F + number)
    if 20 < number <= 35:
        return chr(0x3251 + number - 21)
    if 35 < number <= 50:
        return chr(0x32B1 + number - 36)
    return "⓪" if number == 0 else str(number)


def _full_width(number: int) -> str:
    return str(number).translate(_FULL_WIDTH)


def _digital(number: int) -> str:
    return "".join(_KANJI[int(digit)] for digit in str(abs(number)))


def _legal(number: int) -> str:
    return counted(number, _LEGAL, "拾百阡萬", ones=True)


_FORMS: dict[str, Callable[[int], str]] = {
    "none": lambda number: "",
    "decimalZero": lambda number: f"{number:02d}",
    "upperRoman": lambda number: roman(number).upper(),
    "lowerRoman": roman,
    "upperLetter": lambda number: letters(number).upper(),
    "lowerLetter": letters,
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "japaneseCounting": counted,
    "chineseCounting": counted,
    "chineseCountingThousand": counted,
    "taiwaneseCounting": counted,
    "taiwaneseCountingThousand": counted,
    "ideographDigital": _digital,
    "japaneseDigitalTenThousand": _digital,
    "japaneseLegal": _legal,
    "ideographLegalTraditional": _legal,
    "ideographTraditional": _of(_STEMS),
    "ideographZodiac": _of(_BRANCHES),
    "aiueo": _of(_AIUEO_HALF),
    "aiueoFullWidth": _of(_AIUEO),
    "iroha": _of(_IROHA_HALF),
    "irohaFullWidth": _of(_IROHA),
    "decimalEnclosedCircle": circled,
    "decimalEnclosedCircleChinese": circled,
    "decimalEnclosedFullstop": _from("⒈", 20),
    "decimalEnclosedParen": _from("⑴", 20),
    "ideographEnclosedCircle": _from("㊀", 10),
}
