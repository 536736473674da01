"""Undoes mojibake: text that was once read in the wrong encoding, and saved so.

Only what is certain is touched. A run of characters is written back in the encoding that it was
wrongly read in and read in the right one; that must succeed without a single error, give the same
run when read wrongly again, and the result must be far likelier as Japanese than what is there. A
run that lost bytes on the way (to ・, ? or U+FFFD, as most UTF-8 read as CP932 has) stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from corpuskit.ja.likeness import BROKEN, HIRAGANA, KANJI, KATAKANA, OTHER, PRIVATE, weigh

#: Fewest bits by which a repaired line must be likelier, and the share of its bits.
_GAIN, _SHARE = 60.0, 0.35


def _cp1252() -> dict[int, int]:
    """Characters of Windows-1252 by code; the five codes without one are controls, as in HTML."""
    table = {}
    for code in range(0x80, 0x100):
        text = bytes([code]).decode("cp1252", "ignore") or chr(code)
        table[ord(text)] = code
    for code in range(0x80, 0xA0):  # those that read it as Latin-1 leave controls
        table.setdefault(code, code)
    return table


@dataclass(frozen=True, slots=True)
class _Repair:
    """One way to go wrong.

    Attributes:
        name: right encoding, and the one that it was read in.
        right: codec of the bytes.
        wrong: codec that they were read in; "" is Windows-1252 or Latin-1.
        signs: characters of which mojibake of this kind has some; text without them is not looked
            at any further.
        line: what a line must have.
    """

    name: str
    right: str
    wrong: str
    signs: str
    line: re.Pattern[str]


_REPAIRS = (
    _Repair("utf-8 read as cp932", "utf-8", "cp932", "縺繧繝", re.compile("[縺繧繝].?[縺繧繝]")),
    _Repair("euc_jp read as cp932", "euc_jp", "cp932", "､･", re.compile("(?:[､･][｡-ﾟ]){2}")),
    _Repair("utf-8 read as cp1252", "utf-8", "", "ã", re.compile("ã[\x81-\x83‚ƒ][\x80-ÿ€-™]")),
    _Repair(
        "cp932 read as cp1252", "cp932", "", "‚ƒ\x82\x83", re.compile("(?:[‚ƒ\x82\x83][ -ÿŒ-™]){2}")
    ),
    _Repair("euc_jp read as cp1252", "euc_jp", "", "¤¥", re.compile("(?:[¤¥][¡-ÿ]){2}")),
)
_LATIN = _cp1252()


def repaired(text: str) -> tuple[str, str | None]:
    """The text with certain mojibake undone, and which it was; None where nothing was.

    Lines are repaired one by one: each must stand the test by itself.
    """
    for repair in _REPAIRS:
        if not any(sign in text for sign in repair.signs) or not repair.line.search(text):
            continue
        lines = text.split("\n")
        found = [_line(line, repair) for line in lines]
        if found != lines:
            return "\n".join(found), repair.name
    return text, None


def _line(line: str, repair: _Repair) -> str:
    """The repaired line, or the same line."""
    if not repair.line.search(line):
        return line
    raw = _written(line, repair.wrong)
    if raw is None:
        return line
    try:
        text = raw.decode(repair.right)
    except UnicodeDecodeError:
        return line
    return text if _is_far_better(text, line) else line


def _written(line: str, wrong: str) -> bytes | None:
    """The bytes that were read wrongly, where they are certain."""
    if not wrong:
        codes = [_LATIN.get(ord(c), ord(c)) for c in line]
        return bytes(codes) if max(codes, default=0) < 0x100 else None
    if _twice().search(line):
        return None
    try:
        raw = line.encode(wrong)
    except UnicodeEncodeError:
        return None
    return raw if raw.decode(wrong) == line else None


@cache
def _twice() -> re.Pattern[str]:
    """Characters that CP932 has at two codes: which of them was read can't be told."""
    seen: set[str] = set()
    twice: set[str] = set()
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            text = bytes((lead, trail)).decode("cp932", "replace")
            if len(text) == 1:
                (twice if text in seen else seen).add(text)
    return re.compile(f"[{re.escape(''.join(sorted(twice)))}]")


def _is_far_better(text: str, line: str) -> bool:
    """Whether a repaired line is usual Japanese and the line as it was is not."""
    new, old = weigh(text), weigh(line)
    if new.of(BROKEN, PRIVATE, OTHER) or new.of(HIRAGANA, KATAKANA) < 2:
        return False
    if new.of(HIRAGANA, KATAKANA, KANJI) * 2 < new.high:
        return False
    return old.bits - new.bits > max(_GAIN, _SHARE * old.bits)
