"""Tables of reStructuredText: grids, simple ones, lists and CSV, as rows of cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import pairwise

from corpuskit.readers.layout import WIDE

_GRID_RULE = re.compile(r"\+(?:[-=]+\+)+$")
_SIMPLE_RULE = re.compile(r"=+(?: +=+)+$|=+$")
_WIDE = re.compile(f"[{WIDE}]")

Rows = list[list[str]]


def is_grid(line: str) -> bool:
    """Whether a line is a rule of a grid table."""
    return bool(_GRID_RULE.match(line))


def is_simple(line: str) -> bool:
    """Whether a line is a rule of a simple table with two columns or more."""
    return bool(re.match(r"=+(?: +=+)+$", line))


def columns_of(text: str) -> str:
    """The text as columns: a full-width character is followed by a NUL."""
    return _WIDE.sub(lambda found: found[0] + "\0", text)


def grid(lines: Sequence[str]) -> tuple[Rows, bool]:
    """Rows of a grid table, and whether its first row names the columns.

    Cells that span columns keep their place; cells that span rows stand in their first row.

    Args:
        lines: from the first rule to the last.
    """
    wide = [columns_of(line) for line in lines]
    edges = sorted({at for line in wide if is_grid(line) for at, c in enumerate(line) if c == "+"})
    numbers = {edge: number for number, edge in enumerate(edges)}
    rows: Rows = []
    header = False
    held = [""] * (len(edges) - 1)
    for line in wide[1:]:
        cuts = [edges[0], *(at for at in edges[1:-1] if line[at : at + 1] in ("|", "+")), edges[-1]]
        ruled = line.startswith("+")
        for start, stop in pairwise(cuts):
            part = line[start + 1 : stop].replace("\0", "")
            at = numbers[start]
            if set(part.strip()) <= set("-=+") and part.strip():
                continue
            held[at] += ("\n" if held[at] else "") + part[1:].rstrip()
        if ruled and is_grid(line):
            rows.append(held)
            held = [""] * (len(edges) - 1)
            header = header or ("=" in line and len(rows) == 1)
    rows.append(held)
    return [[cell.strip("\n") for cell in row] for row in rows if any(row)], header


def simple(lines: Sequence[str]) -> tuple[Rows, bool]:
    """Rows of a simple table, and whether its first row names the columns.

    Args:
        lines: from the first rule to the last.
    """
    starts = [found.start() for found in re.finditer("=+", lines[0])]
    rules = [at for at, line in enumerate(lines) if _SIMPLE_RULE.match(line)]
    rows: Rows = []
    for line in lines[1:]:
        if not line.strip():
            rows[-1:] = [[f"{cell}\n" for cell in row] for row in rows[-1:]]
            continue
        if _SIMPLE_RULE.match(line) or re.match(r"-+(?: +-+)*$", line):
            continue
        wide = columns_of(line)
        bounds = [*starts, len(wide) + 1]
        cells = [wide[a:b].replace("\0", "").rstrip() for a, b in pairwise(bounds)]
        if not cells[0] and rows:
            rows[-1] = [f"{x}\n{y}" for x, y in zip(rows[-1], cells, strict=True)]
        else:
            rows.append(cells)
    rows = [[cell.strip("\n") for cell in row] for row in rows]
    return rows, len(rules) > 2


def separated(lines: Sequence[str], options: dict[str, str]) -> tuple[Rows, bool]:
    """Rows of a ``csv-table``, and whether the first one names the columns.

    Args:
        lines: its content.
        options: of the directive.
    """
    named = options.get("delim", ",")
    delimiter = {"tab": "\t", "space": " "}.get(named, named)[:1] or ","
    quote = options.get("quote", '"')[:1] or '"'
    source = [options["header"]] if "header" in options else []
    source += lines
    try:
        rows = list(csv.reader(source, delimiter=delimiter, quotechar=quote, skipinitialspace=True))
    except (csv.Error, TypeError):
        rows = [[line] for line in source]
    header = "header" in options or options.get("header-rows", "0") not in ("", "0")
    return [row for row in rows if any(row)], header
