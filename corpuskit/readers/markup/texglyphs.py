"""Characters that Japanese TeX names by their code: ``\\UTF{9AD9}``, ``\\char\\jis"306C``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from corpuskit.ja.jis import jis_cell

_UNKNOWN = "〓"  # a glyph that has no code
_BRACED = re.compile(r"\s*\{\s*([0-9A-Fa-f]{1,6}|[^{}]{0,40})\s*\}")
_CHAR = re.compile(
    r"\s*(?:\\(jis|euc|sjis|kuten|ucs)\s*)?(?:\"([0-9A-F]{1,6})|'([0-7]{1,6})|`\\?(.)|(\d{1,7}))\s?"
)
_DIGITS = re.compile(r"\s*(?:\{(\d{1,40})\}|(\d{1,40}))")
_KANSUJI = str.maketrans("0123456789", "〇一二三四五六七八九")


def glyph(name: str, text: str, at: int) -> tuple[str, int] | None:
    """What a command draws and where its arguments end; None where it is none of these.

    Args:
        name: of the command.
        text: the source.
        at: where its arguments begin.
    """
    if name == "char" or name == "kchar":
        found = _CHAR.match(text, at)
        return (_coded(found), found.end()) if found else None
    if name == "kansuji":
        digits = _DIGITS.match(text, at)
        said = (digits[1] or digits[2]) if digits else ""
        return (said.translate(_KANSUJI), digits.end()) if digits else None
    braced = _BRACED.match(text, at) if name in _NAMED else None
    if braced is None:
        return None
    return _NAMED[name](braced[1]), braced.end()


def _scalar(code: int) -> str:
    usable = 0x20 <= code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if usable else _UNKNOWN


def _hex(code: str) -> str:
    return _scalar(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else _UNKNOWN


def _circled(number: str) -> str:
    value = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else 0
    return chr(0x245F + value) if 1 <= value <= 20 else f"({number})"


def _roman(number: str) -> str:
    value = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else 0
    return chr(0x215F + value) if 1 <= value <= 12 else number


_NAMED: Mapping[str, Callable[[str], str]] = {
    "UTF": _hex,
    "UTFM": _hex,
    "UTFC": _hex,
    "UTFK": _hex,
    "UTFT": _hex,
    "unichar": lambda code: _hex(code.lstrip('"')),
    "Unicode": _hex,
    "CID": lambda _: _UNKNOWN,
    "ajCID": lambda _: _UNKNOWN,
    "ajMaru": _circled,
    "ajMaru*": _circled,
    "ajRoman": _roman,
}


def _coded(found: re.Match[str]) -> str:
    if found[4]:
        return found[4]
    code = int(found[2], 16) if found[2] else int(found[3], 8) if found[3] else int(found[5])
    kind = found[1]
    if kind == "sjis":
        return code.to_bytes(4, "big").lstrip(b"\0").decode("cp932", "replace")
    if kind in ("jis", "euc", "kuten"):
        base = {"jis": 0x20, "euc": 0xA0, "kuten": 0}[kind]
        row, cell = (code >> 8) - base, (code & 0xFF) - base
        drawn = jis_cell(1, row, cell) if 1 <= row <= 94 and 1 <= cell <= 94 else ""
        return drawn or _UNKNOWN
    if kind is None and 0x2121 <= code <= 0x7E7E:
        return jis_cell(1, (code >> 8) - 0x20, (code & 0xFF) - 0x20) or _scalar(code)
    return _scalar(code) if code >= 0x20 else ""
