"""The stage `licences`: which licence a document states for itself, and where it says so.

Evidence has a rank, and the best rank gives the expression: 1 the document's own metadata (a link
rel=license, JSON-LD, a licence element, a field of its record); 2 a notice in its text; 3 the
recipe's word for the whole source. A licence that is only spoken of gives none. This is evidence
for people to judge; it is not legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.provenance.licencemarks import Marks
from corpuskit.provenance.licencenames import KNOWN, PREFILTER, names, narrow
from corpuskit.stage import Column, Params, Stage

#: One piece of evidence; `start` and `stop` are code points of the text, null outside it.
EVIDENCE = pa.list_(
    pa.struct(
        [
            ("rank", pa.int64()),
            ("kind", pa.string()),
            ("expression", pa.string()),
            ("place", pa.string()),
            ("start", pa.int64()),
            ("stop", pa.int64()),
            ("quote", pa.string()),
        ]
    )
)
#: Rank of a notice in the text, and of what is only spoken of.
_NOTICE, _MENTION = 2, 5
_MOST = 16  # pieces of evidence kept for a document
_LONGEST = 200  # characters of a quote
_WORD = re.compile(r"\(|\)|[^\s()]+")
_REFERENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_IN_META = ("license", "licence", "license_link", "rights", "license_url")
_EXPRESSION = re.compile(r"AND|OR|WITH")
_JOINS = frozenset({"and", "or", "with"})
_DOUBT = re.compile(r"compatib|互換|\bnot\b|ではな|以外|[?？]", re.I)


class LicencesParams(Params):
    """What is kept of the evidence."""

    quotes: bool = Field(
        True, description="Keep the sentence that states it; then privacy goes before this stage."
    )


class Licences(Stage):
    """Finds the licences that a document states for itself, apart from those it speaks of.

    Looked for are Creative Commons licences, 公共データ利用規約 (PDL1.0), 政府標準利用規約, the
    library's 保護期間満了 and common software licences: names, addresses and texts. A version that
    is not stated is not guessed. Half-width and decomposed kana are read once `normalize` has
    passed. Not legal advice.
    """

    name: ClassVar[str] = "licences"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = LicencesParams
    reads: ClassVar[tuple[str, ...]] = ("text", "license_link", "license", "meta")
    example: ClassVar[str] = "- licences"

    def columns_written(self) -> tuple[Column, ...]:
        """The expression, its rank, the mentions and the evidence."""
        return (
            Column(
                "license_expression",
                pa.string(),
                "SPDX expression of the best evidence; several of one rank joined by AND; null "
                "where nothing states one",
            ),
            Column(
                "license_rank",
                pa.int64(),
                "1 the document's metadata, 2 a notice in its text, 3 the recipe's word for the "
                "source",
            ),
            Column(
                "license_mentions",
                pa.string(),
                "licences that the text or page only speaks of, comma separated; null where none",
            ),
            Column(
                "license_evidence",
                EVIDENCE,
                "rank, mark or mention, expression, place (metadata, recipe, or head, body, foot "
                f"of the text), first and last character, quote of up to {_LONGEST} characters; "
                f"up to {_MOST}, best rank first; null where none",
                holds_text=self.params.quotes,
            ),
        )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Judge the rows that have a word of licences in them; the others cost a search each."""
        found: list[list[dict[str, Any]]] = [[] for _ in range(batch.num_rows)]
        for row in _candidates(batch):
            found[row] = self._evidence(batch, row)
        rows = [_summary(each) for each in found]
        kinds = {"license_expression": pa.string(), "license_rank": pa.int64()}
        columns = {
            name: pa.array([row[at] for row in rows], kind)
            for at, (name, kind) in enumerate([*kinds.items(), ("license_mentions", pa.string())])
        }
        columns["license_evidence"] = pa.array([each or None for each in found], EVIDENCE)
        return append_columns(batch, columns)

    def _evidence(self, batch: pa.RecordBatch, row: int) -> list[dict[str, Any]]:
        """All of a document's evidence, best rank first, then by place; each expression once."""
        link, license_, meta, text = (
            batch.column(name)[row].as_py() for name in ("license_link", "license", "meta", "text")
        )
        pieces = [*_of_field(link, 1, "metadata"), *_of_meta(meta)]
        pieces += _of_text(text)
        pieces += _of_field(license_, 3, "recipe")
        pieces.sort(key=lambda piece: piece["rank"])
        seen: dict[tuple[Any, ...], dict[str, Any]] = {}
        for piece in pieces:
            if not self.params.quotes:
                piece["quote"] = None
            seen.setdefault((piece["kind"], piece["expression"], piece["rank"]), piece)
        return list(seen.values())[:_MOST]


def _candidates(batch: pa.RecordBatch) -> list[int]:
    """Rows that may say something: of metadata, or of licences in the text."""
    maybe = pc.match_substring_regex(batch.column("text"), PREFILTER)
    for name in ("license_link", "license"):
        maybe = pc.or_(maybe, batch.column(name).is_valid())
    fields = pc.match_substring_regex(batch.column("meta"), "licen[sc]e|rights")
    maybe = pc.or_(maybe, pc.fill_null(fields, False))
    rows: list[int] = np.flatnonzero(maybe.to_numpy(zero_copy_only=False)).tolist()
    return rows


def spdx(declared: str) -> str | None:
    """A declared licence as an SPDX expression; None where it is neither an id nor a known name.

    Args:
        declared: an expression (``MIT OR Apache-2.0``, ids in any case), an address or a name.
    """
    words = [w.upper() if w.lower() in _JOINS else w for w in _WORD.findall(declared)]
    ids = [KNOWN.get(word.lower()) or _reference(word) for word in words]
    plain = [w if w in "()" or _EXPRESSION.fullmatch(w) else i for w, i in zip(words, ids, strict=True)]  # fmt: skip # noqa: E501
    if words and all(plain) and any(ids):
        return " ".join(str(word) for word in plain).replace("( ", "(").replace(" )", ")")
    if _DOUBT.search(declared):
        return None
    found = dict.fromkeys(name.expression for name in names(narrow(declared[:2000])))
    return _joined(found) if found else None


def _reference(word: str) -> str | None:
    return word if _REFERENCE.fullmatch(word) else None


def _of_field(value: str | None, rank: int, place: str, kind: str = "mark") -> list[dict[str, Any]]:
    """What one declared value says; nothing where it names no licence."""
    expression = spdx(value) if value else None
    if value is None or expression is None:
        return []
    return [_piece(rank, kind, expression, place, None, None, value[:_LONGEST])]


def _of_meta(meta: str | None) -> list[dict[str, Any]]:
    """Fields of the record that are called licence, and addresses that its page only links to."""
    if not meta:
        return []
    try:
        fields = msgspec.json.decode(meta)
    except msgspec.DecodeError:
        return []
    if not isinstance(fields, dict):
        return []
    pieces = []
    for name in _IN_META:
        if isinstance(fields.get(name), str):
            pieces += _of_field(fields[name], 1, "metadata")
    linked = fields.get("license_mentions")
    for address in linked if isinstance(linked, list) else []:
        if isinstance(address, str):
            pieces += _of_field(address, _MENTION, "metadata", "mention")
    return pieces


def _of_text(text: str) -> list[dict[str, Any]]:
    folded = narrow(text)
    pieces = []
    for found in Marks(folded, list(names(folded))).all():
        kind, rank = ("mark", _NOTICE) if found.mark else ("mention", _MENTION)
        quote = text[found.start : found.stop].strip()[:_LONGEST]
        expression, at = found.name.expression, (found.name.start, found.name.stop)
        pieces.append(_piece(rank, kind, expression, found.place, *at, quote))
    return pieces


def _piece(
    rank: int, kind: str, expression: str, place: str, start: int | None, stop: int | None,
    quote: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "rank": rank, "kind": kind, "expression": expression, "place": place, "start": start,
        "stop": stop, "quote": quote,
    }  # fmt: skip


def _summary(pieces: list[dict[str, Any]]) -> tuple[str | None, int | None, str | None]:
    """Expression, rank and mentions of a document's evidence."""
    marks = [piece for piece in pieces if piece["kind"] == "mark"]
    rank = marks[0]["rank"] if marks else None
    own = dict.fromkeys(piece["expression"] for piece in marks if piece["rank"] == rank)
    spoken = dict.fromkeys(piece["expression"] for piece in pieces if piece["kind"] == "mention")
    mentions = ",".join(sorted(set(spoken) - set(own))) or None
    return (_joined(own) if own else None), rank, mentions


def _joined(expressions: Iterable[str]) -> str:
    """All of them at once, in order of their names; without a version only where no other has one.

    ``LicenseRef-CC-BY`` beside ``CC-BY-4.0`` is the same licence, named twice.
    """
    found = sorted(set(expressions))
    whole = [e for e in found if not any(_is_vaguer(e, other) for other in found)]
    if len(whole) == 1:
        return whole[0]
    return " AND ".join(f"({e})" if " OR " in e else e for e in whole)


def _is_vaguer(one: str, other: str) -> bool:
    bare = one.removeprefix("LicenseRef-")
    return one != other and re.match(rf"(?:LicenseRef-)?{re.escape(bare)}-\d", other) is not None
