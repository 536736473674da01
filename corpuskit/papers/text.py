"""Markdown of papers: text that anybody wrote becomes one line without markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from corpuskit.output.card import _cell, _inline


def inline(text: str) -> str:
    """Text on one line, its markup escaped."""
    return _inline(text)


def cell(text: object) -> str:
    """A table's cell; a dash where nothing is known."""
    return f"{text:,}" if isinstance(text, int) else _cell(str(text) if text else None)


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
