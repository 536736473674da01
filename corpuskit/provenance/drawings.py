"""The stage `document_kind`: drawings, parts lists, specifications and contracts by their forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from corpuskit.document import append_columns
from corpuskit.paths import resolve_path
from corpuskit.provenance.rulesets import RuleModel, RuleSet, files, load
from corpuskit.registry import nearest
from corpuskit.stage import Column, Params, Resource, Stage

#: Where a label begins: a line or a cell; and what follows it.
_BEFORE = r"(?:^|[|\t│┃,【\[(（:：/／]|[ 　]{2}|\n)[ \t　]*"
_AFTER = r"[ \t　]*(?:[|:：=│┃,】\])）/／\t\r]|[ 　]|No\.?|$|\n)"
_HEAD = r"\A(?:[^\n]*\n){0,2}[^\n]*?(?:%s)"

Mask = npt.NDArray[np.bool_]


class Kind(RuleModel):
    """What makes a kind of document; see the rule file."""

    id: str
    kind: str = ""
    title: str = ""
    all: tuple[str, ...] = ()
    terms: dict[str, str] = Field(default_factory=dict)
    at_least: int = Field(0, ge=0)
    any_of: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @field_validator("title", "all", "terms")
    @classmethod
    def _sound(cls, given: Any) -> Any:
        patterns = [given] if isinstance(given, str) else given
        for pattern in patterns.values() if isinstance(patterns, dict) else patterns:
            try:
                pc.match_substring_regex(pa.array(["x"]), f"(?m){pattern}")
            except pa.ArrowInvalid as error:
                raise ValueError(str(error)) from None
        return given


class KindParams(Params):
    """Which rules."""

    rules: str | None = Field(
        None,
        description="Path of a rule file that replaces the built-in one, or extends it "
        "(extends: default).",
    )


class DocumentKind(Stage):
    """Recognises drawings, parts lists, specifications, contracts and NDAs by their vocabulary.

    A drawing has four labels of a title block (図番, 図名, 尺度, 投影法, 材質, 検図) or more, one
    of the first four among them; a parts list has a column of quantities and one of numbers, and
    three of its labels; a contract has articles and parties. Labels stand at the beginning of a
    line or a table's cell; words within sentences don't count.
    """

    name: ClassVar[str] = "document_kind"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = KindParams
    example: ClassVar[str] = "- document_kind"
    reads: ClassVar[tuple[str, ...]] = ("text", "title")
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "document_kind",
            pa.string(),
            "nda, contract, drawing, parts_list, specification, or null where none was recognised",
        ),
        Column(
            "kind_terms", pa.int64(), "different labels of that kind that the text has; else null"
        ),
    )

    def _path(self) -> Path | None:
        own = self.params.rules
        return None if own is None else Path(resolve_path(own, self.root))

    def inputs(self) -> tuple[Path, ...]:
        """The rule files; what is wrong in them is said before anything runs."""
        self.open()
        return files("document_kind", self._path())

    def resources(self) -> tuple[Resource, ...]:
        """The rules."""
        return (load("document_kind", self._path()).resource(),)

    def open(self) -> None:
        """Read and check the rules."""
        self._kinds = kinds_of(load("document_kind", self._path()))

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Kind by kind over the rows that are still open."""
        if not hasattr(self, "_kinds"):
            self.open()
        n = batch.num_rows
        which, terms = np.full(n, -1, np.int64), np.zeros(n, np.int64)
        for number, kind in enumerate(self._kinds):
            rows = np.flatnonzero(which < 0)
            own = batch.take(pa.array(rows, pa.int64()))
            held, counted = _judged(kind, own.column("text"), own.column("title"))
            which[rows[held]], terms[rows[held]] = number, counted[held]
        names = pa.array([kind.kind or kind.id for kind in self._kinds], pa.string())
        columns = {
            "document_kind": names.take(pa.array(which, mask=which < 0)),
            "kind_terms": pa.array(terms, mask=which < 0),
        }
        return append_columns(batch, columns)


def kinds_of(rules: RuleSet) -> tuple[Kind, ...]:
    """The kinds of a rule set, in order.

    Raises:
        RecipeError: one is wrong; with ``file:line``.
    """
    kinds = rules.entries("kinds", Kind)
    for kind in kinds:
        for name in (*kind.any_of, *kind.also):
            if name not in kind.terms:
                message = f"no term is called '{name}'{nearest(name, kind.terms)}"
                raise rules.error(f"kinds/{kind.id}", message)
        if not (kind.title or kind.all or kind.at_least):
            raise rules.error(f"kinds/{kind.id}", "a kind needs title, all or at_least")
    return kinds


def _judged(kind: Kind, text: pa.Array, title: pa.Array) -> tuple[Mask, npt.NDArray[np.int64]]:
    """Rows of the kind, `bool[n]`, and how many of its labels each has, `int64[n]`."""
    held = np.ones(len(text), bool)
    counted = np.zeros(len(text), np.int64)
    if kind.title:
        held &= _found(title, kind.title) | _found(text, _HEAD % kind.title)
    for pattern in kind.all:
        rows = np.flatnonzero(held)
        held[rows] = _found(text.take(pa.array(rows)), f"(?m){pattern}")
    if kind.terms:
        rows = np.flatnonzero(held)
        rows = rows[_found(text.take(pa.array(rows)), _any_label(kind))]
        own = text.take(pa.array(rows))
        found = {name: _found(own, _label(term)) for name, term in kind.terms.items()}
        number = np.sum(list(found.values()), axis=0, dtype=np.int64)
        enough = number >= kind.at_least
        for names in (kind.any_of, kind.also):
            if names:
                enough &= np.any([found[name] for name in names], axis=0)
        held[:] = False
        held[rows[enough]] = True
        counted[rows] = number
    return held, counted


def _label(term: str) -> str:
    return f"(?m){_BEFORE}(?:{term}){_AFTER}"


def _any_label(kind: Kind) -> str:
    """What a text with any label that is needed has: a cheap first look."""
    needed = [kind.terms[name] for name in kind.any_of or kind.terms]
    return f"(?m){_BEFORE}(?:{'|'.join(f'(?:{term})' for term in needed)}){_AFTER}"


def _found(column: pa.Array, pattern: str) -> Mask:
    found: Mask = (
        pc.match_substring_regex(column, pattern)
        .fill_null(False)
        .to_numpy(zero_copy_only=False)
        .astype(bool)
    )
    return found
