"""Levels of confidentiality, lowest first, and which of several is the highest.

The names are ours. Japanese companies' three tiers (極秘, 秘, 社外秘), the government's 機密性 1
to 3 and TLP map to them in `provenance/rules/marks.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

Level = Literal["open", "limited", "internal", "secret", "top_secret", "national_security"]

#: From what anybody may read to what a company may not hold in a corpus at all.
LEVELS: tuple[Level, ...] = get_args(Level)

#: The column that holds a document's level, or null where no mark was seen.
COLUMN = "confidentiality"


def rank(level: str | None) -> int:
    """Place of a level, from 1; 0 for none.

    Raises:
        ValueError: the level is not one of `LEVELS`.
    """
    return 0 if level is None else 1 + LEVELS.index(level)


def highest(levels: Iterable[str | None]) -> Level | None:
    """The highest of some levels; None where there is none."""
    top = max(map(rank, levels), default=0)
    return LEVELS[top - 1] if top else None
