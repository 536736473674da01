"""Markdown of papers: text that anybody wrote becomes one line without markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence


def inline(text: str) -> str:
    """Text on one line, its markup escaped."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", _line(text))


def cell(text: object) -> str:
    """A table's cell: numbers with commas, a dash where nothing is known."""
    if text is None or text == "":
        return "–"
    return f"{text:,}" if isinstance(text, int) else inline(str(text))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a table; nothing where there are no rows."""
    written = [f"| {' | '.join(cell(c) for c in row)} |" for row in rows]
    if written:
        yield f"| {' | '.join(head)} |"
        yield f"|{' --- |' * len(head)}"
        yield from written
        yield ""


def markdown(lines: Iterable[str]) -> bytes:
    """Lines as a file."""
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def _line(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()
