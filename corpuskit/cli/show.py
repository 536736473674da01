"""How verbs print: tables on a terminal, plain lines elsewhere, JSON when asked.

Text of documents may hold anything, escape sequences of terminals included: what is printed goes
through `visible` and is never read as mark-up.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

#: Control characters, separators of lines, marks of direction and invisible fillers; not the
#: joiner of emoji.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def visible(text: object) -> str:
    """Text on one line: control characters become pictures (␀, ␛) or ``<U+202E>``."""
    return _HIDDEN.sub(_picture, str(text))


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\r\t":
        return " "
    return chr(0x2400 + code) if code < 0x20 else f"<U+{code:04X}>"


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write(_encodable(text) + "\n")


def print_line(text: object = "") -> None:
    """One line on standard output, made visible."""
    sys.stdout.write(_encodable(visible(text)) + "\n")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()
) -> None:
    """A table: drawn on a terminal, tab-separated lines with a header elsewhere.

    Args:
        columns: headings.
        rows: cells; None is shown as a dash.
        right: headings of columns of numbers.
    """
    shown = [[visible("–" if cell is None else cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in ([*columns], *shown):
            sys.stdout.write(_encodable("\t".join(row)) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in shown:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_marked(lines: Iterable[str]) -> None:
    """Lines of a diff: what begins with ``-`` in red and with ``+`` in green on a terminal."""
    if not sys.stdout.isatty():
        for line in lines:
            print_line(line)
        return
    from rich.console import Console
    from rich.text import Text

    styles = {"-": "red", "+": "green", "…": "dim"}
    console = Console()
    for line in lines:
        console.print(Text(visible(line), style=styles.get(line[:1], "")))


def print_pairs(heads: tuple[str, str], rows: Sequence[tuple[str, str, str]]) -> None:
    """Two texts side by side: two columns on a terminal; elsewhere, line under line.

    Args:
        heads: names of the two.
        rows: kind (``same``, ``changed``, ``left``, ``right``, ``gap``), left and right text.
    """
    if not sys.stdout.isatty():
        print_line(f"- {heads[0]}")
        print_line(f"+ {heads[1]}")
        for kind, left, right in rows:
            if kind in ("same", "gap"):
                print_line(f"{'…' if kind == 'gap' else ' '} {left}")
                continue
            for mark, text in (("-", left), ("+", right)):
                if text:
                    print_line(f"{mark} {text}")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*heads, header_style="bold", show_lines=False, expand=True)
    for kind, left, right in rows:
        style = {"same": "dim", "gap": "dim italic"}.get(kind, "")
        table.add_row(
            *(Text(visible(t), style=style or s) for t, s in ((left, "red"), (right, "green")))
        )
    Console().print(table)


def _encodable(text: str) -> str:
    """Text that standard output's encoding can take (a Windows console, LANG=C)."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
