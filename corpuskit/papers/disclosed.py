"""What several disclosure forms ask for: sources by kind, domains, protocols, dates."""

from __future__ import annotations

import math

from corpuskit.papers.dataset import Dataset
from corpuskit.papers.facts import SourceRecord
from corpuskit.papers.form import Rows
from corpuskit.papers.sums import values

#: Domains that are listed at most.
_DOMAINS = 1000


def of_kind(dataset: Dataset, kind: str) -> tuple[SourceRecord, ...]:
    """Sources of a kind; of ``""``, those whose kind nobody stated."""
    facts = dataset.facts
    return tuple(source for source in facts.sources if facts.kind_of(source) == kind)


def listed(dataset: Dataset, kind: str, head: tuple[str, ...], none: str) -> Rows | str | None:
    """Sources of a kind as a table: name, publisher, licence, date, country, documents.

    Where there are none, `none` if every source's kind is stated, else None: it isn't known.
    """
    fields = ("publisher", "license", "date", "country")
    found = of_kind(dataset, kind)
    rows = tuple((s.name, *(s.said.get(f) for f in fields), s.kept) for s in found)
    if rows:
        return Rows(head=head, rows=rows)
    return None if of_kind(dataset, "") else none


def domains(dataset: Dataset, head: tuple[str, str]) -> Rows | None:
    """The tenth of the web domains that have most documents, 1,000 at most; None without a column.

    Source: the template asks for the top 10 % of domains by size; size is documents here.
    """
    if "domain" not in dataset.columns:
        return None
    number = sum(1 for (domain,), _ in dataset.count(("domain",)) if domain)
    if not number:
        return None
    top = min(math.ceil(number / 10), _DOMAINS)
    found = [(d, n) for d, n in values(dataset, "domain", top + 1) if d][:top]
    return Rows(head=head, rows=tuple(found))


def latest(dataset: Dataset, column: str) -> str | None:
    """The last date of a column of ISO 8601 dates; None where none is known."""
    if column not in dataset.columns:
        return None
    last = None
    for (value,), _ in dataset.count((column,)):
        last = value
    return last


def counted(dataset: Dataset, column: str, head: tuple[str, str], unknown: str) -> Rows | None:
    """Documents by value of a column; None where the dataset has no such column."""
    if column not in dataset.columns:
        return None
    rows = tuple((value or unknown, number) for value, number in values(dataset, column))
    return Rows(head=head, rows=rows)
