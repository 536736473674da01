"""The stage `evidence`: where a document is from and how it was obtained, as far as is known.

Nothing is guessed: a value comes from the document, from the response that brought it, or from what
the recipe states of its source, and is null otherwise. It is evidence, not legal advice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import pyarrow as pa
from pydantic import Field, field_validator

from corpuskit.document import append_columns
from corpuskit.errors import CorpuskitError
from corpuskit.provenance.dates import as_text, iso
from corpuskit.provenance.fields import object_of, said
from corpuskit.registry import Registry
from corpuskit.stage import Column, Params, Stage

OPERATIONS = pa.list_(pa.struct([("stage", pa.string()), ("characters", pa.int64())]))
_S = pa.string()
#: Columns of other stages that tell what was done to a text, read where they are there.
_NORMALISED, _CUT = "changed_characters", "cuts"


class Facts(Params):
    """What the recipe states of one source, beyond the source's own entry."""

    corporate_number: str | None = Field(None, description="The publisher's 法人番号, 13 digits.")
    creator: str | None = Field(None, description="Who made the works, where they don't say.")
    fetched: str | None = Field(None, description="Date of collection, ISO 8601.")
    obtained: (
        Literal["crawl", "download", "api", "purchase", "contract", "own", "donation"] | None
    ) = Field(None, description="How it was obtained.")
    contract: str | None = Field(None, description="Id of the contract it is used under.")

    _as_text = field_validator("corporate_number", "fetched", "contract", mode="before")(as_text)

    @field_validator("corporate_number")
    @classmethod
    def _right(cls, value: str | None) -> str | None:
        if value is not None and not is_corporate_number(value):
            raise ValueError(f"'{value}' is no corporate number: its check digit is wrong")
        return value

    @field_validator("fetched")
    @classmethod
    def _dated(cls, value: str | None) -> str | None:
        if value is not None and iso(value) is None:
            raise ValueError(f"'{value}' is no date; write 2024-05-01")
        return iso(value)


class EvidenceParams(Params):
    """What is known of the sources."""

    sources: dict[str, Facts] = Field(
        default_factory=dict, description="Facts by the name of the source."
    )


class Evidence(Stage):
    """Domain, creator, dates and way of collection of each document; null where unknown.

    Beside these stand the columns that every document has: source, uri, url, publisher, country,
    license, legal_basis, raw_digest. Not legal advice.
    """

    name: ClassVar[str] = "evidence"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = EvidenceParams
    reads: ClassVar[tuple[str, ...]] = (
        "source", "url", "author", "published", "date", "headers", "meta",
    )  # fmt: skip
    example: ClassVar[str] = "- evidence"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("domain", _S, "host of the document's url, lower case, without port"),
        Column("creator", _S, "author that the document names, else the source's", holds_text=True),
        Column("corporate_number", _S, "法人番号 of the publisher, declared; check digit right"),
        Column(
            "issued",
            _S,
            "date of issue, ISO 8601, as exact as known: the document's, else the source's",
        ),
        Column(
            "fetched",
            _S,
            "date of collection, ISO 8601: the capture's, else the response's Date, else declared",
        ),
        Column(
            "obtained",
            _S,
            "how, declared: crawl, download, api, purchase, contract, own or donation",
        ),
        Column("contract", _S, "id of the contract, declared"),
        Column(
            "operations",
            OPERATIONS,
            "what earlier stages did to the text: the stage with its version and the characters "
            "that it changed or took out, where more than 0; null where none did or none says so",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Gather what is known of every row."""
        columns = [batch.column(name).to_pylist() for name in self.reads]
        rows = [self._known(*values) for values in zip(*columns, strict=True)]
        arrays = {
            column.name: pa.array([row[at] for row in rows], column.type)
            for at, column in enumerate(self.writes[:-1])
        }
        return append_columns(batch, {**arrays, "operations": _operations(batch)})

    def _known(
        self, source: str, url: str | None, author: str | None, published: str | None,
        date: str | None, headers: str | None, meta: str | None,
    ) -> tuple[str | None, ...]:  # fmt: skip
        facts = self.params.sources.get(source, Facts())
        fields = object_of(meta)
        capture, answered = fields.get("fetched"), object_of(headers).get("date")
        fetched = _day(capture) or _day(answered) or facts.fetched
        issued = iso(said("published", published, fields)) or iso(date)
        creator = said("author", author, fields) or facts.creator
        domain = domain_of(said("url", url, fields))
        return (
            domain, creator, facts.corporate_number, issued, fetched, facts.obtained,
            facts.contract,
        )  # fmt: skip


def _day(value: object) -> str | None:
    return iso(value) if isinstance(value, str) else None


def is_corporate_number(digits: str) -> bool:
    """Whether 13 digits are a 法人番号: the first is 9 - (weighted sum of the others mod 9).

    Weights 1 and 2 by turns from the right. Source: 法人番号の指定等に関する省令.
    """
    if len(digits) != 13 or not digits.isascii() or not digits.isdigit():
        return False
    total = sum(int(d) * (1 + at % 2) for at, d in enumerate(reversed(digits[1:])))
    return 9 - total % 9 == int(digits[0])


def domain_of(url: str | None) -> str | None:
    """Host of an address; None where it has none."""
    try:
        return (urlsplit(url).hostname if url else None) or None
    except ValueError:  # brackets that are no IPv6 address
        return None


def _operations(batch: pa.RecordBatch) -> pa.Array:
    """What the columns of earlier stages tell, by row."""
    n, names = batch.num_rows, batch.schema.names
    changed = batch.column(_NORMALISED).to_pylist() if _NORMALISED in names else [None] * n
    cuts = batch.column(_CUT).to_pylist() if _CUT in names else [None] * n
    rows: list[list[dict[str, Any]] | None] = []
    for count, taken in zip(changed, cuts, strict=True):
        done = {_versioned("normalize"): count} if count else {}
        for cut in taken or ():
            stage = _versioned(cut["stage"])
            done[stage] = done.get(stage, 0) + cut["stop"] - cut["start"]
        rows.append([{"stage": s, "characters": c} for s, c in done.items()] or None)
    return pa.array(rows, OPERATIONS)


@lru_cache(maxsize=64)
def _versioned(name: str) -> str:
    """The name of a stage with the version that is installed, which is the one that ran."""
    if "@" in name:
        return name
    try:
        return f"{name}@{Registry().stage(name).version}"
    except CorpuskitError:  # a stage of a plug-in file, which only its recipe knows
        return name
