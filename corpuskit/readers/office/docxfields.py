"""Fields of a Word document: what lies between their marks, and text that only a field holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpuskit.readers.numerals import circled

_LONGEST = 1000  # characters of an instruction; longer ones hold no text
_EQ = re.compile(r"\s*EQ\s", re.I)
#: The old phonetic guide: ``EQ \* jc2 \o\ad(\s\up 9(かんじ),漢字)``.
_RUBY = re.compile(
    r"\\o\s*(?:\\a[cdlr])?\s*\(\s*\\s\s*\\up\s*[\d.]+\s*\(([^()]*)\)\s*[,;]([^()]*)\)"
)
#: Enclosed characters: ``EQ \o\ac(○,1)``.
_ENCLOSED = re.compile(
    r"\\o\s*\\ac\s*\(\s*([○◯□△◇])\s*[,;](?:\\s\s*\\\w+\s*[\d.]+\s*\()?([^()]*)\)"
)


@dataclass(slots=True)
class _Field:
    code: list[str] = field(default_factory=list)
    result: bool = False


@dataclass(slots=True)
class Fields:
    """The fields that are open at a place in the text."""

    opened: list[_Field] = field(default_factory=list)
    in_code: bool = False

    def mark(self, kind: str) -> str | None:
        """Take a field's mark; at its end gives the instruction of a field without a result."""
        code: str | None = None
        if kind == "begin":
            self.opened.append(_Field())
        elif kind == "separate" and self.opened:
            self.opened[-1].result = True
        elif kind == "end" and self.opened:
            closed = self.opened.pop()
            if not closed.result:
                code = "".join(closed.code)[:_LONGEST]
        self._update()
        return code

    def instruction(self, text: str) -> None:
        """Take a piece of an instruction."""
        if self.opened and not self.opened[-1].result:
            self.opened[-1].code.append(text)

    def end_paragraph(self) -> None:
        """Instructions do not go beyond a paragraph; a field that is never ended hides nothing."""
        if self.in_code:
            self.opened = [each for each in self.opened if each.result]
            self._update()

    def _update(self) -> None:
        self.in_code = not all(each.result for each in self.opened)


def inline_field(code: str, *, keep_ruby: bool) -> str:
    """The text of a field that has no result: ruby and enclosed characters set as equations."""
    if not _EQ.match(code):
        return ""
    ruby = _RUBY.search(code)
    if ruby:
        base, reading = ruby[2].strip(), ruby[1].strip()
        return f"{base}（{reading}）" if keep_ruby and reading else base
    enclosed = _ENCLOSED.search(code)
    if enclosed:
        inner = enclosed[2].strip()
        if enclosed[1] in "○◯" and inner.isdecimal() and len(inner) < 3:
            return circled(int(inner))
        return inner
    return ""
