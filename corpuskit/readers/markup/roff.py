"""What stands within a line of roff: escapes, arguments, and tables of tbl."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from corpuskit.readers.layout import table

_NAMED = {
    "bu": "•", "co": "©", "rg": "®", "tm": "™", "em": "—", "en": "–", "hy": "-", "lq": "“",
    "rq": "”", "oq": "‘", "cq": "’", "aq": "'", "dq": '"', "ga": "`", "ha": "^", "ti": "~",
    "rs": "\\", "sl": "/", "ba": "|", "br": "|", "or": "|", "bv": "|", "at": "@", "sh": "#",
    "Do": "$", "Eu": "€", "Po": "£", "Ye": "¥", "ct": "¢", "de": "°", "+-": "±", "mu": "×",
    "di": "÷", "mi": "−", "pl": "+", "eq": "=", "==": "≡", "!=": "≠", "<=": "≤", ">=": "≥",
    "->": "→", "<-": "←", "ua": "↑", "da": "↓", "<>": "↔", "rA": "⇒", "lA": "⇐", "ci": "○",
    "sq": "□", "dg": "†", "dd": "‡", "sc": "§", "ps": "¶", "14": "¼", "12": "½", "34": "¾",
    "Fo": "«", "Fc": "»", "fo": "‹", "fc": "›", "ss": "ß", "AE": "Æ", "ae": "æ", "OE": "Œ",
    "oe": "œ", "o/": "ø", "O/": "Ø", "oA": "Å", "oa": "å", "/o": "ø", "*a": "α", "*b": "β",
    "*p": "π", "*m": "μ", "*W": "Ω", "if": "∞", "aa": "´", "ad": "¨", "r!": "¡", "r?": "¿",
    "lB": "[", "rB": "]", "lC": "{", "rC": "}", "la": "⟨", "ra": "⟩", "L": "Ł", "/L": "Ł",
    "/l": "ł", "S1": "¹", "S2": "²", "S3": "³", "bq": "‚", "Bq": "„", "OK": "✓", "cr": "↵",
}  # fmt: skip
_ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    ":": "\u0308",
    "^": "\u0302",
    "~": "\u0303",
    ",": "\u0327",
}
#: Strings that every system defines.
STRINGS = {
    "lq": "“", "rq": "”", "R": "®", "Tm": "™", "(L\"": "“", "L\"": "“", "R\"": "”", "C+": "C++",
    "--": "—", "PI": "π", "Gt": ">", "Lt": "<", "Le": "≤", "Ge": "≥", "Ne": "≠", "Pm": "±",
    "Ba": "|", "q": '"', "ua": "↑", "Aq": "'", "S": "", "HF": "",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:[fFmMYgVk](?:\[[^\]\n]{0,100}\]|\(..|.)"  # fonts, colours
    r"|s(?:\[[^\]\n]{0,20}\]|[-+]?\(..|[-+]?'[^'\n]{0,20}'|[-+]?[0-3]\d|[-+]?\d)"
    r"|n[-+]?(?:\[[^\]\n]{0,100}\]|\(..|.)"
    r"|([*])(?:\[([^\]\n]{0,100})\]|\((..)|(.))"
    r"|\[([^\]\n]{1,100})\]|\((..)"
    r"|N'(\d{1,7})'|C'([^'\n]{1,100})'|o'([^'\n]{0,20})'|z(?=.)"
    r"|[bDhHlLRSvwxXAB](?:'[^'\n]{0,300}'|(.)[^\n]{0,300}?\10)"
    r"|(.)|$)",
    re.M,
)
_PLAIN = {
    "-": "-", "e": "\\", "\\": "\\", " ": " ", "0": " ", "~": " ", "t": "\t", "'": "'", "`": "`",
    ".": ".", "_": "_", "E": "\\",
}  # fmt: skip
_NOTHING = frozenset("&|^/,)%:cdupr!?{}aT")
_ARGUMENT = re.compile(r'"((?:[^"]|"")*)(?:"|$)|((?:\\ |\\\n|[^ \t"])(?:\\.|[^ \t\\])*)')
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)\\[\"#].*$")


def without_comment(line: str) -> str:
    """A line up to its comment."""
    return _COMMENT.sub(r"\1", line) if "\\" in line else line


def arguments(rest: str) -> list[str]:
    """Arguments of a macro; quoted ones may hold spaces."""
    return [
        quoted.replace('""', '"') if plain == "" else plain
        for quoted, plain in _ARGUMENT.findall(rest)
    ]


def resolved(text: str, strings: Mapping[str, str] = STRINGS) -> str:
    """Text with its escapes resolved; fonts, sizes and motions are nothing.

    Args:
        text: of one line or several.
        strings: what the page defines.
    """
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _escape(found, strings), text)


def _escape(found: re.Match[str], strings: Mapping[str, str]) -> str:
    if found[1]:
        name = found[2] or found[3] or found[4] or ""
        return strings.get(name, STRINGS.get(name, ""))
    name = found[5] or found[6] or found[8]
    if name:
        return _glyph(name)
    if found[7]:
        return _scalar(int(found[7]))
    if found[9]:
        return found[9][:1]
    sign = found[11]
    if sign is None or sign in _NOTHING:
        return ""
    return _PLAIN.get(sign, sign)


def _glyph(name: str) -> str:
    coded = re.fullmatch(r"u([0-9A-F]{4,6})((?:_[0-9A-F]{4,6})*)", name)
    if coded:
        points = [coded[1], *coded[2].split("_")[1:]]
        return "".join(_scalar(int(point, 16)) for point in points)
    if re.fullmatch(r"char\d{1,7}", name):
        return _scalar(int(name[4:]))
    if len(name) == 2 and name[0] in _ACCENTS and name[1].isalpha():
        return name[1] + _ACCENTS[name[0]]
    return _NAMED.get(name, "")


def _scalar(code: int) -> str:
    return chr(code) if 0x20 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def tbl(lines: Sequence[str], said: Callable[[str], str]) -> str:
    """A table between ``.TS`` and ``.TE`` as Markdown.

    Args:
        lines: between the two.
        said: resolves the text of a cell.
    """
    at = 0
    separator = "\t"
    if lines and lines[0].rstrip().endswith(";"):
        named = re.search(r"tab\s*\(\s*(.)\s*\)", lines[0])
        separator = named[1] if named else separator
        at = 1
    while at < len(lines) and not lines[at].rstrip().endswith("."):
        at += 1
    rows: list[list[str]] = []
    header = False
    open_cell: list[str] | None = None
    for line in lines[at + 1 :]:
        if open_cell is not None:
            if not line.startswith("T}"):
                open_cell.append(re.sub(r"^\.[A-Z]{1,2} |^\.[a-z]{2}\b.*", "", line))
                continue
            rows[-1][-1] = "\n".join(open_cell)
            rest = line[2:].split(separator)[1:]
            open_cell = None
        elif line.startswith("."):
            continue
        elif re.fullmatch(r"[_=]\s*", line):
            header = header or len(rows) == 1
            continue
        else:
            rows.append([])
            rest = line.split(separator)
        for cell in rest:
            rows[-1].append("" if cell in ("_", "=", "\\_", "\\^") else cell)
        if rest and rest[-1].strip() == "T{":
            open_cell = []
    return table([[said(cell) for cell in row] for row in rows], header=header)
