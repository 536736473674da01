"""How structure stands in a document's text: Markdown, the same from every reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: Characters that stand side by side without a space: East Asian letters, marks, full-width forms.
WIDE = "⺀-〿぀-㆏㇀-䶿一-鿿豈-﫿！-￦𠀀-\U0003fffd―…‥"
#: Line ends of a source that are nothing to a reader of Japanese; white space around them is gone.
WRAPS = re.compile(
    rf"(?<=[{WIDE}])\n(?=[{WIDE}])|(?<=[、。，．」』】）：；！？])\n|\n(?=[「『【（])"
)


def unwrapped(text: str) -> str:
    """A paragraph without the line ends its source had: none beside Japanese, else a space."""
    lines = (line.strip(" \t\r\f") for line in text.split("\n"))
    return WRAPS.sub("", "\n".join(line for line in lines if line)).replace("\n", " ")


def heading(level: int, text: str) -> str:
    """A heading of level 1 to 6; an empty text gives an empty string."""
    line = " ".join(text.split("\n")).strip()
    return f"{'#' * min(6, max(1, level))} {line}" if line else ""


def table(rows: Sequence[Sequence[str]], *, header: bool = False) -> str:
    """Rows of cells as a Markdown table; empty rows are left out.

    Args:
        rows: cells; short rows are filled up.
        header: the first row names the columns.
    """
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return ""
    width = max(map(len, rows))
    lines = [f"| {' | '.join([*map(cell, row), *[''] * (width - len(row))])} |" for row in rows]
    if header:
        lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)


def cell(text: str) -> str:
    """A table cell: one line, bars escaped."""
    return " ".join(text.replace("|", "\\|").split("\n")).strip()


def blocks(parts: Iterable[str]) -> str:
    """Blocks with a blank line between them; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
