"""Documents by value of the columns on rights, marks and decisions, where a dataset has them."""

from __future__ import annotations

from collections.abc import Mapping

from corpuskit.papers.dataset import Dataset

#: Columns with few values that papers count.
COUNTED = (
    "license_expression",
    "legal_basis",
    "obtained",
    "pd_status",
    "optout_train",
    "jp304_proviso_risk",
    "confidentiality",
    "export_control",
    "document_kind",
    "gate_train",
    "gate_redistribute",
    "evidence_grade",
)
#: Values of a column that are listed; the rest is summed.
_LISTED = 50
_REST = "(other values)"


def groups(dataset: Dataset) -> Mapping[str, list[tuple[str | None, int]]]:
    """Documents by value for each of `COUNTED` that the dataset has with any value.

    Most frequent first, at most 50 values and the sum of the others; None where unknown.
    """
    counted = {name: values(dataset, name) for name in COUNTED if name in dataset.columns}
    return {
        name: found
        for name, found in counted.items()
        if any(value is not None for value, _ in found)
    }


def values(dataset: Dataset, name: str, listed: int = _LISTED) -> list[tuple[str | None, int]]:
    """Documents by value of a column: the most frequent ones, and the sum of the others."""
    top: list[tuple[int, str | None]] = []
    rest = 0
    for (value,), number in dataset.count((name,)):
        top.append((number, value))
        if len(top) > 2 * listed:
            top.sort(key=_most_first)
            rest += sum(number for number, _ in top[listed:])
            del top[listed:]
    top.sort(key=_most_first)
    rest += sum(number for number, _ in top[listed:])
    found = [(value, number) for number, value in top[:listed]]
    return [*found, (_REST, rest)] if rest else found


def _most_first(item: tuple[int, str | None]) -> tuple[int, bool, str]:
    return -item[0], item[1] is not None, item[1] or ""
