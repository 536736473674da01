"""Pieces of LaTeX source: the patterns that find them, and where braces close."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"\\(?:([A-Za-z@]+\*?)([ \t]*(?:\n(?![ \t]*\n)[ \t]*)?)|(.|\n))|[{}$&%~^_]|-{2,3}|``|''", re.S
)
_BRACES = re.compile(r"\\.|%[^\n]*|[{}]", re.S)
OPTIONAL = re.compile(r"\s*\[((?:[^\[\]{}]|\{[^{}]*\}|\[[^\[\]]*\]){0,1000}+)\]")
NAME = re.compile(r"\s*\{([^{}\\\n]{1,60})\}")
VERB = re.compile(r"\*?([^\sA-Za-z*])([^\n]{0,1000}?)\1")
BRACED = re.compile(r"\{([^{}\n]{0,2000})\}")
COMMENT = re.compile(r"[^\n]*(?:\n[ \t]*)?")
INLINE_MATH = re.compile(r"((?:[^$\\]|\\.){0,5000}+)\$", re.S)
DEFINED = re.compile(
    r"\s*\{?\s*\\([A-Za-z@]+|.)\s*\}?\s*(?:\[(\d)\])?\s*(\[[^\[\]]{0,200}\])?([^{}\n]{0,200})(?=\{)"
)
LET = re.compile(r"\s*\\(?:[A-Za-z@]+|.)\s*=?\s*(?:\\(?:[A-Za-z@]+|.)|.)", re.S)
ACCENT = re.compile(
    r" *(?:\{ *(\\[ij](?![A-Za-z])|[^\W\d_]?)([^{}\\]{0,20})\}|(\\[ij])(?![A-Za-z]) ?|([^\W\d_]))"
)
_UNIT = r"-?[\d.]+ *(?:true *)?(?:pt|mm|cm|in|em|ex|zw|zh|bp|sp|pc|dd|Q|H|fil+)(?![A-Za-z])"
ASSIGNED = re.compile(
    rf" *(?:= *)?(?:to *|spread *|by *)?{_UNIT}(?: *(?:plus|minus) *{_UNIT})*"
    r"| *= *(?:-?[\d.]*\\[A-Za-z@]+|[-\d.\"'`][\w.]{0,20})"
    r"| *(?:to|spread|by) *-?[\d.]*\\[A-Za-z@]+\d*"
)
#: What follows the primitives that count, measure and assign.
_NUMBER = rf"(?:`\\?.|\"[0-9A-F]+|'[0-7]+|{_UNIT}|-?[\d.]*\\[A-Za-z@]+\d*|-?\d+)"
REGISTER = re.compile(rf" *{_NUMBER}? *(?:= *{_NUMBER}?)?")
ARITHMETIC = re.compile(rf" *\\[A-Za-z@]+\d* *(?:by *)?{_NUMBER}?")
FILE = re.compile(r" *[^\s{}\\]+")
TOKENS = re.compile(r"\s*\\(?:[A-Za-z@]+|.)\s*\\(?:[A-Za-z@]+|.)")
CONDITION = re.compile(r"[^\n]{0,200}?[<>=] *[^\s\\%]{0,40}")
LABELS = re.compile(r"\\(?:label|tag|nonumber|notag)\*?(?:\{[^{}]*\})?")


@dataclass
class Frame:
    """An open group or environment, and what is read of it."""

    kind: str
    name: str = ""
    out: list[str] = field(default_factory=list)
    count: int = 0
    pending: list[str] = field(default_factory=list)  # what the groups behind it are


@dataclass
class Source:
    """A text that is being read, how far, and where its braces close."""

    text: str
    at: int
    closing: dict[int, int]


def after(pattern: re.Pattern[str], source: Source) -> int:
    """Where reading goes on after what a pattern finds at this place, if anything."""
    found = pattern.match(source.text, source.at)
    return found.end() if found else source.at


def closing(text: str) -> dict[int, int]:
    """Where each brace that opens is closed."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACES.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            found[opened.pop()] = brace.start()
    return found
