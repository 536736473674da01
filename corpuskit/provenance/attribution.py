"""The stage `attribution`: the line that a licence asks users of a work to write.

Forms: Creative Commons' (title, creator, address, licence), and that of 公共データ利用規約 (PDL1.0)
and 政府標準利用規約: 「出典：…」, with 「…を加工して作成」 where the text was changed. Not legal
advice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import Field, field_validator

from corpuskit.document import append_columns
from corpuskit.provenance.dates import as_text, iso
from corpuskit.provenance.fields import object_of, said
from corpuskit.stage import Column, Params, Stage

_COMMONS = re.compile(r"(?:LicenseRef-)?CC-(BY[A-Z-]*?)(?:-(\d\.\d))?(?:-([A-Z]{2}))?$")
#: The terms of the State by their id: name, and the address they are at.
_STATE = {
    "LicenseRef-PDL-1.0": (
        "公共データ利用規約（第1.0版）",
        "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    ),
    "LicenseRef-GJSTU-2.0": ("政府標準利用規約（第2.0版）", ""),
    "LicenseRef-GJSTU-1.1": ("政府標準利用規約（第1.1版）", ""),
    "LicenseRef-GJSTU-1.0": ("政府標準利用規約（第1.0版）", ""),
    "LicenseRef-GJSTU": ("政府標準利用規約", ""),
}


class AttributionParams(Params):
    """Who edits, and when the works were used."""

    edited_by: str = Field("", description="Who changed the texts; named in the lines that ask so.")
    used: str = Field("", description="Date of use, ISO 8601; stated, never the clock's.")

    _as_text = field_validator("used", mode="before")(as_text)

    @field_validator("used")
    @classmethod
    def _dated(cls, value: str) -> str:
        found = iso(value)
        if value and (found is None or len(found) < 10):
            raise ValueError(f"'{value}' is no day; write 2026-04-01")
        return found or ""


class Attribution(Stage):
    """Writes the attribution line of documents whose licence asks for one.

    Those are Creative Commons licences with BY, PDL1.0 and 政府標準利用規約. A fact that is
    not known is left out of the line and named beside it.
    """

    name: ClassVar[str] = "attribution"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = AttributionParams
    reads: ClassVar[tuple[str, ...]] = (
        "license_expression", "title", "author", "publisher", "url", "meta",
    )  # fmt: skip
    example: ClassVar[str] = "- attribution: {edited_by: 見本社, used: 2026-04-01}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "attribution",
            pa.string(),
            "line to print with the work; null where the licence asks for none, is unknown, or "
            "neither title, creator nor address is known",
            holds_text=True,
        ),
        Column(
            "attribution_missing",
            pa.string(),
            "facts that the line should have and nobody stated, comma separated; null where none",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Write the lines."""
        columns = [batch.column(name).to_pylist() for name in self.reads]
        rows = [self._line(*values) for values in zip(*columns, strict=True)]
        return append_columns(
            batch,
            {
                "attribution": pa.array([line for line, _ in rows], pa.string()),
                "attribution_missing": pa.array([missing for _, missing in rows], pa.string()),
            },
        )

    def _line(
        self, expression: str | None, title: str | None, author: str | None,
        publisher: str | None, url: str | None, meta: str | None,
    ) -> tuple[str | None, str | None]:  # fmt: skip
        ids = re.split(r"[()\s]+|\bAND\b|\bOR\b", expression or "")
        state = next((_STATE[each] for each in ids if each in _STATE), None)
        commons = next((found for each in ids if (found := _COMMONS.match(each))), None)
        if not state and not commons:
            return None, None
        fields = object_of(meta)
        maker = said("author", author, fields)
        house = said("publisher", publisher, fields)
        by = house or maker if state else maker or house
        name, address = said("title", title, fields), said("url", url, fields)
        facts = {"title": _flat(name), "creator": _flat(by), "url": _flat(address)}
        if not any(facts.values()):
            return None, ",".join(facts)
        needed = {**facts, "used": self.params.used} if state else facts
        missing = ",".join(name for name, value in needed.items() if not value) or None
        if state:
            return self._of_state(facts, *state), missing
        return self._of_commons(facts, commons), missing

    def _of_state(self, facts: Mapping[str, str], name: str, address: str) -> str:
        title = f"「{facts['title']}」" if facts["title"] else ""
        where = f"（{facts['url']}）" if facts["url"] else ""
        line = f"出典：{facts['creator']}{title}{where}、{name}"
        line += f"（{address}）" if address else ""
        if self.params.used:
            year, month, day = (int(part) for part in self.params.used.split("-"))
            line += f"（{year}年{month}月{day}日に利用）"
        if self.params.edited_by:
            line += f"を加工して作成（{self.params.edited_by}）"
        return line

    def _of_commons(self, facts: Mapping[str, str], found: Any) -> str:
        parts, version, country = found.groups()
        name = " ".join(filter(None, ("CC", parts, version, country)))
        if version:
            port = f"{country.lower()}/" if country else ""
            name += f" (https://creativecommons.org/licenses/{parts.lower()}/{version}/{port})"
        title = f"「{facts['title']}」" if facts["title"] else ""
        line = ", ".join(filter(None, (title, facts["creator"], facts["url"], name)))
        edited = self.params.edited_by
        return f"{line}, {edited}により改変" if edited else line


def _flat(value: str | None) -> str:
    """One line, without blanks at its ends."""
    return " ".join((value or "").split())
