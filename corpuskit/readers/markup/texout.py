"""From a scan of LaTeX to Markdown: what is held for later, paragraphs, items, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpuskit.readers.layout import table, unwrapped

#: Marks in scanned text; the source holds no NUL. Cell, row, rule, line break.
CELL, ROW, RULE, BREAK = "\0c\0", "\0r\0", "\0l\0", "\0n\0"

_HELD = re.compile(r"\0([hb])(\d+)\0")
_NOTE = re.compile(r"\0f(\d+)\0")
_ITEM = re.compile(r"\0i(\d+):([^\0]*)\0")
_MARK = re.compile(r"\0[a-z][^\0]*\0")
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_SPACES = re.compile(r"[ \t]{2,}")


class Held:
    """Text that is finished, behind marks in text that is not."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def inline(self, text: str) -> str:
        """The mark of a piece within a line, such as a formula."""
        return self._mark("h", text)

    def block(self, text: str) -> str:
        """The mark of a block, with breaks around it."""
        return f"\n\n{self._mark('b', text)}\n\n" if text else "\n\n"

    def note(self, text: str) -> str:
        """The mark of a note that comes after its paragraph."""
        return self._mark("f", text) if text else ""

    def _mark(self, kind: str, text: str) -> str:
        self._texts.append(text)
        return f"\0{kind}{len(self._texts) - 1}\0"

    def line(self, text: str) -> str:
        """Scanned text as one line, without notes."""
        text = self._resolved(_NOTE.sub("", text))
        lines = _MARK.sub(" ", text.replace(BREAK, " ")).split("\n")
        return _SPACES.sub(
            " ", unwrapped("\n".join(line for line in lines if line.strip()))
        ).strip()

    def notes(self, text: str) -> str:
        """The marks of the notes in a text."""
        return "".join(found[0] for found in _NOTE.finditer(text))

    def _resolved(self, text: str) -> str:
        return _HELD.sub(lambda found: self._texts[int(found[2])], text)

    def document(self, text: str) -> str:
        """Scanned text as Markdown."""
        out: list[str] = []
        tight = False
        for paragraph in _BLANK.split(text):
            for block, item in self._blocks(paragraph):
                if out:
                    out.append("\n" if item and tight else "\n\n")
                out.append(block)
                tight = item
        return "".join(out)

    def _blocks(self, paragraph: str) -> Iterator[tuple[str, bool]]:
        """Blocks of a paragraph, its notes behind it; True where one is an item of a list."""
        notes = [self._texts[int(found[1])] for found in _NOTE.finditer(paragraph)]
        source = _NOTE.sub("", paragraph).strip()
        item = _ITEM.match(source)
        whole = _HELD.fullmatch(source)
        if whole and whole[1] == "b":
            yield self._texts[int(whole[2])], False
        else:
            lead = "  " * max(0, int(item[1]) - 1) + item[2] if item else ""
            body = source[item.end() :] if item else source
            lines = [_SPACES.sub(" ", unwrapped(part.strip())) for part in body.split(BREAK)]
            joined = ("\n" + " " * len(lead)).join(line.strip() for line in lines if line.strip())
            text = lead + _MARK.sub("", self._resolved(joined))
            if text.strip(" -"):
                yield text, item is not None
        for note in notes:
            yield note, False

    def table(self, text: str) -> str:
        """Cells and rows of a table; a rule below the first row makes it a header."""
        rows: list[list[str]] = []
        header = False
        for number, row in enumerate(text.split(ROW)):
            cells = row.split(CELL)
            header = header or (number == 1 and cells[0].lstrip().startswith(RULE) and bool(rows))
            lines = [self.line(cell.replace(RULE, "")) for cell in cells]
            if any(lines):
                rows.append(lines)
        return table(rows, header=header and len(rows) > 1)
