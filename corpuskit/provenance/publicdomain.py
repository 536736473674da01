"""The stage `public_domain`: whether the term of a work's copyright in Japan has passed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.errors import InputError
from corpuskit.paths import resolve_path
from corpuskit.provenance.fields import object_of, said
from corpuskit.provenance.terms import RULE, Death, free_from, key_of, read_deaths
from corpuskit.stage import Column, Params, Resource, Stage

_BETWEEN = re.compile(r"[、,;；/／]|\s(?:and|&)\s")
#: What a contributor did, behind the name.
_ROLE = re.compile(
    r"[\s・]*[（(]?(?:共訳|編訳|訳|譯|編著|共編|編集|編纂|編|校訂|校注|共著|著|解説|監修)[）)]?$"
)


class PublicDomainParams(Params):
    """The year that is asked about, and who died when."""

    year: int = Field(
        ge=1900, le=2200, description="Year of use; stated, never taken from the clock."
    )
    deaths: str = Field(
        description="CSV with name, death_year and, if known, nationality (ISO 3166)."
    )


class PublicDomain(Stage):
    """Judges the term of works by the death of all who made them: authors and translators.

    Everybody whom the document names must be in the list; otherwise the answer is null. Where the
    file itself says that copyright is in force or licenses the work (reader `aozora`), it is
    protected. Not legal advice; the rule is in `corpuskit.provenance.terms`.
    """

    name: ClassVar[str] = "public_domain"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = PublicDomainParams
    reads: ClassVar[tuple[str, ...]] = ("author", "meta")
    example: ClassVar[str] = "- public_domain: {year: 2026, deaths: pkg:samples/authors/deaths.csv}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "pd_status",
            pa.string(),
            "expired (out of term in Japan), protected, review (a national of an Allied power, "
            "whose works may be protected longer), or null: unknown",
        ),
        Column(
            "pd_evidence",
            pa.string(),
            "why: roles and years of death, without names, the year asked about and the rule",
        ),
    )

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._people: dict[str, Death] = {}

    def _path(self) -> Path:
        return Path(resolve_path(self.params.deaths, self.root))

    def inputs(self) -> tuple[Path, ...]:
        """The list of deaths."""
        if not self._path().is_file():
            raise InputError(
                f"no list of deaths at {self.params.deaths}",
                "give its path from the recipe's folder on",
            )
        return (self._path(),)

    def resources(self) -> tuple[Resource, ...]:
        """The list of deaths."""
        found = read_deaths(self._path())
        size = f"{len(found.people)} people"
        return (Resource(self._path().name, "list", size, found.digest),)

    def open(self) -> None:
        """Read the list."""
        self._people = dict(read_deaths(self._path()).people)

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Judge every row."""
        columns = (batch.column("author").to_pylist(), batch.column("meta").to_pylist())
        rows = [self._judge(author, object_of(meta)) for author, meta in zip(*columns, strict=True)]
        return append_columns(
            batch,
            {
                "pd_status": pa.array([status for status, _ in rows], pa.string()),
                "pd_evidence": pa.array([why for _, why in rows], pa.string()),
            },
        )

    def _judge(self, author: str | None, meta: dict[str, Any]) -> tuple[str | None, str | None]:
        stated = meta.get("copyright")
        if stated in ("in force", "licensed"):
            return "protected", f"the file: copyright {stated}"
        makers = _makers(author, meta)
        known = [(role, self._people.get(key_of(name))) for role, name in makers]
        deaths = [(role, death) for role, death in known if death is not None]
        if not deaths:
            return None, None
        told = "; ".join(f"{role} died {death.year}" for role, death in deaths)
        why = f"{told}; year {self.params.year}; {RULE}"
        if any(self.params.year < free_from(death.year) for _, death in deaths):
            return "protected", why
        if len(deaths) < len(known):
            return None, f"{told}; {len(known) - len(deaths)} of the makers not in the list"
        return ("review" if any(death.allied for _, death in deaths) else "expired"), why


def _makers(author: str | None, meta: dict[str, Any]) -> list[tuple[str, str]]:
    """Everybody who made the work, by role."""
    listed = meta.get("contributors")
    named = [("author", said("author", author, meta)), ("translator", meta.get("translator"))]
    named += [("contributor", each) for each in (listed if isinstance(listed, list) else [])]
    makers: dict[str, tuple[str, str]] = {}
    for role, names in named:
        for name in _BETWEEN.split(names) if isinstance(names, str) else ():
            name = _ROLE.sub("", name.strip()) or name
            if name.strip():
                makers.setdefault(key_of(name), (role, name))
    return list(makers.values())
