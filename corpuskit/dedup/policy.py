"""Which of several duplicates stays: the `keep` policy of `dedup.exact` and `dedup.minhash`.

A policy is a list of column names, the most important first, each with an optional ``asc`` or
``desc``. Built in are:

- ``legal_basis``: owned, contract, licence, copyright-act-13, public-domain, 30-4, 47-5, any other;
- ``date``: newest first (ISO 8601 text);
- ``length``: longest first, in characters as deduplication sees the text;
- ``id``: ascending; always the last word, named or not.

Any other column, such as a signal, counts from high to low unless it says ``asc``. A null comes
last whichever way its column counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from corpuskit.stage import Params

#: Best first; ``license`` is read as ``licence``.
LEGAL_BASES = (
    "owned",
    "contract",
    "licence",
    "copyright-act-13",
    "public-domain",
    "30-4",
    "47-5",
)
DEFAULT = ("legal_basis", "date", "length", "id")

_BUILT_IN = frozenset(DEFAULT)
_ASCENDING = frozenset({"legal_basis", "id"})
_ORDERS = {"asc": "ascending", "desc": "descending"}


class KeepParams(Params):
    """Parameters of an exchange that removes duplicates."""

    keep: tuple[str, ...] = Field(
        DEFAULT,
        description="Which duplicate stays: columns, the most important first, with asc or desc.",
    )

    @field_validator("keep")
    @classmethod
    def _known(cls, keep: tuple[str, ...]) -> tuple[str, ...]:
        rules = [_rule(item) for item in keep]
        names = [rule.column for rule in rules]
        if len(set(names)) < len(names):
            raise ValueError("keep: a column may be named once")
        if "id" in names[:-1]:
            raise ValueError("keep: id decides every tie, so nothing can come after it")
        return keep


@dataclass(frozen=True, slots=True)
class Rule:
    """One column of a policy and the way it counts (``ascending`` or ``descending``)."""

    column: str
    order: str


def _rule(item: str) -> Rule:
    name, _, order = item.partition(" ")
    if not name or order not in ("", *_ORDERS):
        raise ValueError(f"keep: '{item}' is not 'COLUMN', 'COLUMN asc' or 'COLUMN desc'")
    usual = "ascending" if name in _ASCENDING else "descending"
    return Rule(name, _ORDERS.get(order, usual))


def rules(keep: Sequence[str]) -> list[Rule]:
    """The rules of a policy, down to the id."""
    found = [_rule(item) for item in keep]
    return found if found and found[-1].column == "id" else [*found, Rule("id", "ascending")]


def other_columns(keep: Sequence[str]) -> tuple[str, ...]:
    """Columns of a policy that some stage must have written."""
    return tuple(rule.column for rule in rules(keep) if rule.column not in _BUILT_IN)


def carried_columns(keep: Sequence[str]) -> tuple[str, ...]:
    """Columns that `order` needs beside ``length``, id first."""
    return ("id", *(r.column for r in rules(keep) if r.column not in ("id", "length")))


def order(table: pa.Table, group: str, keep: Sequence[str]) -> npt.NDArray[np.int64]:
    """Row numbers that sort a table by group and, within a group, best document first.

    Args:
        table: has the columns `group` and ``doc`` (int64), ``length`` (int64) and
            `carried_columns`. Documents with equal ids are told apart by ``doc``.
        group: name of the column with the group's number.
        keep: the policy.
    """
    columns = {"_group": table.column(group)}
    sort_keys = [("_group", "ascending")]
    for place, rule in enumerate(rules(keep)):
        columns[f"_{place}"] = _comparable(table.column(rule.column), rule.column)
        sort_keys.append((f"_{place}", rule.order))
    columns["_doc"] = table.column("doc")
    sort_keys.append(("_doc", "ascending"))
    indices = pc.sort_indices(pa.table(columns), sort_keys=sort_keys)  # nulls last
    return np.asarray(indices.to_numpy(), np.int64)


def _comparable(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    if name == "legal_basis":
        return _legal_rank(column.cast(pa.string()))
    if name == "date":
        text = column.cast(pa.string())
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    return column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column


def _legal_rank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Place in `LEGAL_BASES`; one after the last for other texts; null stays null."""
    text = pc.replace_substring(column, "license", "licence")
    place = pc.fill_null(pc.index_in(text, value_set=pa.array(LEGAL_BASES)), len(LEGAL_BASES))
    unknown = pc.or_(pc.is_null(text), pc.equal(text, ""))
    return pc.if_else(pc.fill_null(unknown, True), pa.scalar(None, pa.int32()), place)
