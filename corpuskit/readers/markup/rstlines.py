"""Lines of reStructuredText that belong together, and what ``|name|`` stands for."""

from __future__ import annotations

import re
from collections.abc import Callable

_SUBSTITUTION = re.compile(
    r"\s*\.\.\s+\|([^|]{1,200})\|\s+(replace|unicode|image|date|include)::\s*(.*)$"
)


def end_of(lines: list[str], at: int, within: Callable[[str], bool], *, blank: bool = True) -> int:
    """The line after those that belong together; blank ones may stand between, not behind them."""
    last = at
    while at < len(lines):
        if lines[at]:
            if not within(lines[at]):
                break
            last = at + 1
        elif not blank:
            break
        at += 1
    return last


def substitutions(lines: list[str]) -> dict[str, str]:
    """What the substitutions of a file stand for, by name."""
    found: dict[str, str] = {}
    for at, line in enumerate(lines):
        named = _SUBSTITUTION.match(line)
        if not named:
            continue
        if named[2] == "replace":
            below = lines[at + 1 : end_of(lines, at + 1, lambda each: each[0] == " ", blank=False)]
            found[named[1]] = " ".join([named[3], *(each.strip() for each in below)]).strip()
        elif named[2] == "unicode":
            found[named[1]] = _characters(named[3])
        else:
            found[named[1]] = ""
    return found


def _characters(codes: str) -> str:
    out = []
    for code in codes.split(" .. ")[0].split():
        point = re.fullmatch(r"(?:0x|x|\\x|U\+?|u|\\u|&#x)([0-9A-Fa-f]{1,6});?", code)
        value = int(point[1], 16) if point else 0
        usable = 0x20 <= value < 0x110000 and not 0xD800 <= value < 0xE000
        out.append(chr(value) if usable else code)
    return "".join(out)
