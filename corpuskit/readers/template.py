"""A text made of several columns of a row: ``{商品名}は{説明}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]+)\}|([{}])")


class RowTemplate:
    """A text with names of columns in braces; ``{{`` and ``}}`` are braces.

    Args:
        template: such as ``{商品名}は{説明}``.

    Raises:
        ValueError: a brace is not closed or not opened, or no column is named.
    """

    def __init__(self, template: str) -> None:
        self._pieces: list[tuple[str, bool]] = []
        at = 0
        for found in _PIECE.finditer(template):
            if found[2]:
                raise ValueError(
                    f"a brace at character {found.start() + 1} has no partner; write {{{{ or }}}} "
                    "for a brace itself"
                )
            self._pieces.append((template[at : found.start()], False))
            named = found[1] is not None
            self._pieces.append((found[1].strip() if named else found[0][0], named))
            at = found.end()
        self._pieces.append((template[at:], False))
        #: Names of the columns, each once, in order.
        self.names: tuple[str, ...] = tuple(
            dict.fromkeys(piece for piece, named in self._pieces if named)
        )
        if not self.names:
            raise ValueError("it names no column; write one in braces, such as {説明}")

    def fill(self, row: Mapping[str, Any]) -> str | None:
        """The text of a row; None where every named column is missing or blank."""
        values = {name: _text(row.get(name)) for name in self.names}
        if not any(value.strip() for value in values.values()):
            return None
        return "".join(values[piece] if named else piece for piece, named in self._pieces)


def _text(value: Any) -> str:
    """A value within a text; lists are joined, objects have no text."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "、".join(filter(None, map(_text, value)))
    return str(value)


def checked_template(template: str | None) -> str | None:
    """For a pydantic field: the template as it is, once it is known to be right.

    Raises:
        ValueError: as `RowTemplate`.
    """
    if template is not None:
        RowTemplate(template)
    return template
