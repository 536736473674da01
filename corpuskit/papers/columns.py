"""Types of columns as the vocabularies of papers name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIMPLE = (
    (re.compile(r"string|binary"), "sc:Text"),
    (re.compile(r"bool"), "sc:Boolean"),
    (re.compile(r"u?int(8|16|32|64)"), "sc:Integer"),
    (re.compile(r"double|float|halffloat|float(16|32|64)|decimal.*"), "sc:Float"),
    (re.compile(r"date32.*|date64.*"), "sc:Date"),
    (re.compile(r"timestamp.*"), "sc:DateTime"),
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value without parts.

    Attributes:
        name: of the struct's member; empty where the column itself is the value.
        kind: its type in schema.org's words.
        array: whether it is a list of such values.
        in_list: whether its struct is in a list.
    """

    name: str
    kind: str
    array: bool = False
    in_list: bool = False


def leaves(kind: str) -> tuple[Leaf, ...] | None:
    """The parts of a column's type as `type_name` writes it; None where it is nested deeper.

    A value, a list of values, a struct of these, or a list of such structs is understood.
    """
    inner, in_list = _inside(kind, "list")
    if not (struct := _inside(inner, "struct"))[1]:
        leaf = _leaf("", kind, False)
        return None if leaf is None else (leaf,)
    members = [member.partition(":") for member in _split(struct[0])]
    found = [_leaf(name, of, in_list) for name, _, of in members]
    return None if None in found else tuple(leaf for leaf in found if leaf)


def _leaf(name: str, kind: str, in_list: bool) -> Leaf | None:
    inner, array = _inside(kind, "list")
    for pattern, word in _SIMPLE:
        if pattern.fullmatch(inner):
            return Leaf(name, word, array, in_list)
    return None


def _inside(kind: str, outer: str) -> tuple[str, bool]:
    """What is within ``outer<...>``, and whether it was that."""
    if kind.startswith(f"{outer}<") and kind.endswith(">"):
        return kind[len(outer) + 1 : -1], True
    return kind, False


def _split(members: str) -> list[str]:
    """Members of a struct at the outermost commas."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(members):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append(members[start:place])
            start = place + 1
    return [*parts, members[start:]]
