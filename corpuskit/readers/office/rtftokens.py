"""The tokens of RTF, and what its control words say of code pages and signs."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,40})(?P<number>-?\d{1,10})? ?"
    rb"|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n\x00]+"
    rb"|(?P<text>[^\\{}\r\n\x00]+)"
    rb"|(?P<stray>\\)",
    re.S,
)

#: Stands for fonts whose codes are signs of their own.
SYMBOLS = "symbol"
#: Character sets of fonts, and the code pages of other declarations, as Python names them.
CHARSETS = {
    0: "cp1252",
    2: SYMBOLS,
    77: "mac_roman",
    78: "shift_jis",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp437",
}
#: Encodings in which one character may take two bytes.
WIDE = frozenset(("cp932", "shift_jis", "cp949", "johab", "gbk", "cp950"))

SIGNS = {
    b"tab": "\t",
    b"line": "\n",
    b"emdash": "—",
    b"endash": "–",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"qmspace": "\u2005",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
}


def code_page(number: int) -> str | None:
    """The encoding of ``\\ansicpg932``, or None where Python has none."""
    name = {65001: "utf-8", 10001: "cp932", 0: "cp1252"}.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


Token = tuple[str, bytes, int | None]


def tokens(data: bytes) -> Iterator[Token]:
    """Kind (word, hex, sign, open, close, text), bytes, and the number of a control word.

    What follows ``\\bin`` is left out.
    """
    at, end = 0, len(data)
    scan = _TOKEN.match
    while at < end:
        found = scan(data, at)
        if found is None:
            return
        at = found.end()
        kind = found.lastgroup
        if kind == "number" or kind == "word":
            digits = found["number"]
            number = int(digits) if digits else None
            if found["word"] == b"bin" and number is not None and number > 0:
                at += number
                continue
            yield "word", found["word"], number
        elif kind == "hex":
            yield "hex", bytes((int(found["hex"], 16),)), None
        elif kind == "sign":
            yield "sign", found["sign"], None
        elif kind == "brace":
            yield "open" if found["brace"] == b"{" else "close", b"", None
        elif kind == "text":
            yield "text", found["text"], None
