"""The stage `privacy`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from corpuskit.document import append_columns
from corpuskit.ja.dictionary import dictionary_info
from corpuskit.ja.morphemes import Tagger
from corpuskit.paths import resolve_path
from corpuskit.privacy.actions import Action, Masks, dropped, read_key, rewritten
from corpuskit.privacy.addresses import find_addresses
from corpuskit.privacy.care import CATEGORIES, categories_near
from corpuskit.privacy.fields import COLUMNS, find_quoted_emails, protected
from corpuskit.privacy.hidden import protected_marks
from corpuskit.privacy.hits import Hits
from corpuskit.privacy.joined import Joined, Spans
from corpuskit.privacy.kinds import KINDS, PRIVACY_VERSION, RULES, kind_id, rule_id
from corpuskit.privacy.names import find_names
from corpuskit.privacy.overlaps import settled
from corpuskit.privacy.places import SPANS, spans_of
from corpuskit.registry import nearest
from corpuskit.stage import VERDICTS, Column, Params, Resource, Result, Stage, row_table

COUNTS = pa.list_(
    pa.struct(
        [
            ("type", pa.string()),
            ("rule", pa.string()),
            ("version", pa.int32()),
            ("count", pa.int64()),
        ]
    )
)
"""Type of the column of counts."""

#: Kept unless a recipe says otherwise: not personal, and addresses that every network has.
_KEPT = frozenset(("corporate_number", "private_ip"))
_NAME, _ADDRESS = "name", "address"
_NAMES_ARE_SURE, _ADDRESSES_ARE_SURE = 80, 85


class PrivacyParams(Params):
    """What is done with each kind of personal information, and how far it is looked for."""

    actions: dict[str, Action] = Field(
        default_factory=dict,
        description="What is done, by type: mask (a tag such as <PHONE>), pseudonymise (a tag or "
        "an address at example.com that is the same for the same value and key), drop (the "
        "document is rejected, and masked), flag (counted only) or keep (not looked at).",
    )
    default: Action = Field(
        "mask",
        description="What is done with types that `actions` doesn't name, but corporate_number and "
        "private_ip, which are kept.",
    )
    key_file: str | None = Field(
        None,
        description="File of 32 or more random bytes, for pseudonyms; its digest is kept.",
    )
    names: Literal["context", "all"] = Field(
        "context",
        description="context: names by which an honorific, title or label stands; all: every "
        "surname with a given name as well (MeCab reads every sentence).",
    )
    address_from: Literal["prefecture", "town", "number"] = Field(
        "town", description="Where an address is masked from; what stands before stays."
    )
    unverified: bool = Field(
        True, description="Use also rules whose format no official text confirmed."
    )
    least: int = Field(
        75, ge=0, le=100, description="Confidence below which formats are not reported."
    )

    @model_validator(mode="after")
    def _agrees(self) -> PrivacyParams:
        known = [kind.name for kind in KINDS]
        for name, action in self.actions.items():
            if name not in known:
                raise ValueError(f"no type is called '{name}'{nearest(name, known)}")
            if name == "my_number" and action == "pseudonymise":
                raise ValueError("a My Number is never pseudonymised: mask or drop it")
        if "pseudonymise" in (self.default, *self.actions.values()) and self.key_file is None:
            raise ValueError("pseudonyms need a key: name its file in key_file")
        return self

    def action_of(self, kind: str) -> Action:
        """What is done with a kind."""
        return self.actions.get(kind, "keep" if kind in _KEPT else self.default)


class Privacy(Stage):
    """Finds personal information and masks, pseudonymises, flags or rejects it, by type.

    Numbers with a format are found by digits, check digits and the words around them; names by
    MeCab's proper nouns beside an honorific, title or label; addresses down to the block. The text,
    title, author, URL, dates, headers, the source's own id and all of `meta` are rewritten; a value
    is never stored, nor a digest of it without a key. What rules and deduplication took out before
    this stage passes it when its table is written. `uri` and `locator` name the document and stay:
    names of files and members are the source's to choose. Persons in fiction have names too: for
    literature, keep `name`. This finds much, not all, and is no legal advice.
    """

    name: ClassVar[str] = "privacy"
    version: ClassVar[int] = PRIVACY_VERSION
    Params: ClassVar[type[Params]] = PrivacyParams
    protects: ClassVar[bool] = True
    kernels: ClassVar[tuple[str, ...]] = ("cuts", "pii")
    reads: ClassVar[tuple[str, ...]] = ("text", *COLUMNS)
    example: ClassVar[str] = "- privacy: {actions: {my_number: drop, name: flag}}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("text", pa.string(), "the text with masks"),
        *(Column(name, pa.string(), "the column with masks") for name in COLUMNS),
        Column("privacy_hits", pa.int64(), "personal information found in all columns, number"),
        Column(
            "privacy_counts",
            COUNTS,
            "how often each rule found something, in all columns: type, rule id and version; null "
            "where nothing was found",
        ),
        Column(
            "privacy_spans",
            SPANS,
            "where in the text: type, rule, and characters (code points) start to stop of the "
            "text as `normalize` was given it, if it stored `edits` (map: true) and what was cut "
            "was cut after it; else of the text this stage was given; null where nothing was found",
        ),
        Column(
            "special_care",
            pa.list_(pa.string()),
            f"categories of 要配慮個人情報 that words within 80 characters of a name speak of "
            f"({', '.join(CATEGORIES)}); null where none do or names are kept",
        ),
    )

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._actions: tuple[Action, ...] = tuple(self.params.action_of(k.name) for k in KINDS)
        self._kept = np.array([action == "keep" for action in self._actions])
        self._masked = np.array([action not in ("keep", "flag") for action in self._actions])
        self._tagger: Tagger | None = None
        self._masks: Masks | None = None

    @property
    def _key(self) -> Path | None:
        file = self.params.key_file
        return None if file is None else Path(resolve_path(file, self.root))

    @property
    def _finds_names(self) -> bool:
        return bool(self.params.action_of(_NAME) != "keep")

    def inputs(self) -> tuple[Path, ...]:
        """The file of the key, which is checked here."""
        if self._key is None:
            return ()
        read_key(self._key)
        return (self._key,)

    def resources(self) -> tuple[Resource, ...]:
        """The dictionary that knows names."""
        if not self._finds_names:
            return ()
        info = dictionary_info(None)
        return (
            Resource(
                str(info["name"]), "dictionary", str(info["version"]), str(info["sha256"]),
                "BSD-3-Clause", "JP",
            ),
        )  # fmt: skip

    def open(self) -> None:
        """Read the key, and open MeCab if names are looked for."""
        self._masks = Masks(self._actions, b"" if self._key is None else read_key(self._key))
        if self._finds_names:
            from corpuskit.ja.morphology import MecabTagger

            self._tagger = MecabTagger()

    def process(self, batch: pa.RecordBatch) -> Result:
        """Find, rewrite and count; documents with a type that is to be dropped are rejected."""
        if self._masks is None:
            self.open()
        masks = self._masks or Masks(self._actions)
        texts = batch.column("text")
        hits, care = self._looked_at(texts)
        columns, others = protected(
            batch, self._found, lambda array, found: rewritten(array, found, masks)
        )
        every = Hits.concat([hits, others])
        counts = every.counts(batch.num_rows)
        columns |= protected_marks(batch, self._found)
        columns |= {
            "text": rewritten(texts, hits, masks),
            "privacy_hits": pa.array(counts.sum(axis=1)),
            "privacy_counts": counts_of(every, batch.num_rows),
            "privacy_spans": spans_of(batch, hits),
            "special_care": pa.array(care, pa.list_(pa.string())),
        }
        return Result(append_columns(batch, columns), self._verdicts(counts))

    def _found(self, array: pa.StringArray) -> Hits:
        return self._looked_at(array)[0]

    def _looked_at(self, array: pa.StringArray) -> tuple[Hits, list[list[str] | None]]:
        """What is in texts, and the special-care categories near their names."""
        from corpuskit.privacy.detectors import detect

        joined = Joined(array)
        parts = [detect(array, self.params.unverified, self.params.least)]
        care: list[list[str] | None] = [None] * len(array)
        if self.params.action_of("email") != "keep":
            parts.append(_hits(joined, find_quoted_emails(joined), "email", 100))
        if self.params.action_of(_ADDRESS) != "keep":
            found = find_addresses(joined, self.params.address_from)
            parts.append(_hits(joined, found, _ADDRESS, _ADDRESSES_ARE_SURE))
        if self._tagger is not None:
            found = find_names(joined, self._tagger, self.params.names)
            parts.append(_hits(joined, found, _NAME, _NAMES_ARE_SURE))
            for row, names in categories_near(joined, found.starts, found.stops).items():
                care[row] = sorted(names)
        every = Hits.concat(parts)
        return settled(every.take(~self._kept[every.kind]), self._masked), care

    def _verdicts(self, counts: np.ndarray[Any, Any]) -> pa.RecordBatch | None:
        kinds = dropped(counts, self._actions)
        rows = [
            (row, f"privacy.{KINDS[kinds[row]].name}", float(counts[row, kinds[row]]), "<= 0")
            for row in np.flatnonzero(kinds >= 0).tolist()
        ]
        return row_table(rows, VERDICTS)


def _hits(joined: Joined, found: Spans, kind: str, confidence: int) -> Hits:
    rows = joined.rows_of(found.starts)
    first = joined.firsts[rows]
    return Hits.of(
        (row, kind_id(kind), start, stop, rule_id(rule), confidence)
        for row, start, stop, rule in zip(
            rows.tolist(),
            (found.starts - first).tolist(),
            (found.stops - first).tolist(),
            found.rules,
            strict=True,
        )
    )


def counts_of(hits: Hits, rows: int) -> pa.ListArray:
    """Counts by rule of each of n rows, in the order of `RULES`."""
    pairs = hits.row.astype(np.int64) * len(RULES) + hits.rule
    found, counts = np.unique(pairs, return_counts=True)
    owners, ids = np.divmod(found, len(RULES))
    rules = [RULES[i] for i in ids.tolist()]
    table = pa.StructArray.from_arrays(
        [
            pa.array([rule.kind for rule in rules], pa.string()),
            pa.array([rule.id for rule in rules], pa.string()),
            pa.array([rule.version for rule in rules], pa.int32()),
            pa.array(counts.astype(np.int64)),
        ],
        fields=list(COUNTS.value_type),
    )
    bounds = np.searchsorted(owners, np.arange(rows + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(
        pa.array(bounds), table, type=COUNTS, mask=pa.array(np.diff(bounds) == 0)
    )
