"""The stage `marks`: confidentiality marks, and what a text says of export control."""

from __future__ import annotations

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.labels import COLUMN, LEVELS
from corpuskit.paths import resolve_path
from corpuskit.provenance.markscan import Hit, Scanner, fold
from corpuskit.provenance.rulesets import RuleSet, files, load
from corpuskit.stage import Column, Params, Resource, Stage

_S, _I = pa.string(), pa.int64()
#: What ends a line; a form feed begins a page within one.
_LINE_ENDS = "\r\n|[\n\r\x0b\x85\u2028\u2029]"
#: Lines at each end of a text, or after a page's form feed, that are its header or footer.
EDGE = 3
#: How often a line must come back to be a running header or footer.
RECURS = 3
#: Fields of `meta` that label a document (sensitivity labels of Office, headers of mail).
_LABELS = ("sensitiv", "classif", "label", "msip_", "confiden", "機密", "区分")
#: Fields that label Office and PDF files, while those of a web page say what it is about.
_TOPICS = ("keyword", "subject", "categor", "status", "comment", "description")
_WEB = r"(?i)\.(?:html?|xhtml|php|aspx?|warc|wet)(?:\.gz)?$"


@functools.lru_cache(8)
def _scanner(digest: str, path: Path | None) -> Scanner:
    return Scanner(load("marks", path))


class MarksParams(Params):
    """Which rules."""

    rules: str | None = Field(
        None,
        description="Path of a rule file that replaces the built-in one, or extends it "
        "(extends: default).",
    )


class Marks(Stage):
    """Finds confidentiality marks and tells them from mentions.

    Looked at: the text's lines (first and last three: header and footer; lines that come back three
    times: recurring), title, file name, and fields of `meta` that hold labels (a web page's
    keywords only say what it is about and don't count). A mark labels the
    document itself (【社外秘】, 機密区分：極秘, 本書は社外秘です); a mention speaks of marks
    (社外秘の文書は持ち出さないこと). It may run before or after `normalize`, which keeps ㊙. That
    no mark was found does not mean that a document is public. Not legal advice.
    """

    name: ClassVar[str] = "marks"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = MarksParams
    example: ClassVar[str] = "- marks"
    reads: ClassVar[tuple[str, ...]] = ("text", "title", "uri", "locator", "url", "headers", "meta")
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            COLUMN,
            _S,
            f"level of the highest mark ({', '.join(LEVELS)}); null where no mark was seen",
        ),
        Column("mark_kind", _S, "mark, mention, or null where no word of a mark was seen"),
        Column("mark_class", _S, "class of the word that decided, such as internal, tlp, natsec"),
        Column(
            "mark_region",
            _S,
            "where it stands: metadata, title, name, header, footer, recurring, body",
        ),
        Column("mark_token", _S, "the word that decided, as the rule file writes it"),
        Column("mark_rule", _S, "id of its rule"),
        Column("marks", _I, "words that stand as marks"),
        Column("mark_mentions", _I, "words that are only spoken of"),
        Column(
            "export_control",
            _S,
            "what the text says of its export classification: listed (該当), undetermined "
            "(未判定), "
            "not_listed (非該当), or mention (it speaks of export control); null where nothing",
        ),
    )

    def _ruleset(self) -> RuleSet:
        return load("marks", self._path())

    def _path(self) -> Path | None:
        own = self.params.rules
        return None if own is None else Path(resolve_path(own, self.root))

    def inputs(self) -> tuple[Path, ...]:
        """The rule files; what is wrong in them is said before anything runs."""
        self.open()
        return files("marks", self._path())

    def resources(self) -> tuple[Resource, ...]:
        """The rules."""
        return (self._ruleset().resource(),)

    def open(self) -> None:
        """Compile the rules."""
        rules = self._ruleset()
        self._scan = _scanner(rules.digest, self._path())
        self._export: dict[str, str] = rules.sections.get("export", {})

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Two passes of RE2 over the texts; only lines with a word are looked at one by one."""
        if not hasattr(self, "_scan"):
            self.open()
        hits: dict[int, list[Hit]] = defaultdict(list)
        for row, hit in (*self._in_text(batch), *self._in_fields(batch)):
            hits[row].append(hit)
        columns = _columns(hits, batch.num_rows)
        columns["export_control"] = self._export_of(batch.column("text"))
        return append_columns(batch, columns)

    def _in_text(self, batch: pa.RecordBatch) -> Iterator[tuple[int, Hit]]:
        text = batch.column("text")
        rows = _matching(text, self._scan.prefilter)
        lines = pc.split_pattern_regex(text.take(rows), _LINE_ENDS)
        starts = lines.offsets.to_numpy()
        flat = lines.flatten()
        found = _matching(flat, self._scan.prefilter).to_numpy()
        owner = np.searchsorted(starts, found, side="right") - 1
        values = flat.take(pa.array(found)).to_pylist()
        shapes = [_shape(line) for line in values]
        often = Counter(zip(owner.tolist(), shapes, strict=True))
        own = rows.to_numpy()
        for line, at, of, shape in zip(values, found, owner, shapes, strict=True):
            from_top, from_end = int(at - starts[of]), int(starts[of + 1] - 1 - at)
            recurs = often[int(of), shape] >= RECURS
            for page, part in enumerate(line.split("\f")):
                region = _region(from_top, from_end, page, recurs)
                for hit in self._scan.line(part, region, from_top):
                    yield int(own[of]), hit

    def _in_fields(self, batch: pa.RecordBatch) -> Iterator[tuple[int, Hit]]:
        for name, region in (("title", "title"), ("uri", "name"), ("locator", "name")):
            column = batch.column(name)
            rows = _matching(column, self._scan.named)
            for row, value in zip(rows.to_pylist(), column.take(rows).to_pylist(), strict=True):
                last = value.rsplit("/", 1)[-1] if region == "name" else value
                stem = last.rpartition(".")[0] or last if region == "name" else last
                yield from ((row, hit) for hit in self._scan.line(stem, region))
        meta = batch.column("meta")
        rows = _matching(meta, f"{self._scan.prefilter}|\\\\u")
        web = _of_the_web(batch)
        for row, value in zip(rows.to_pylist(), meta.take(rows).to_pylist(), strict=True):
            for label in _labels(value, _LABELS if web[row] else (*_LABELS, *_TOPICS)):
                yield from ((row, hit) for hit in self._scan.line(label, "metadata"))

    def _export_of(self, text: pa.Array) -> pa.Array:
        state = np.full(len(text), None, object)
        if any_of := self._export.get("any"):
            rows = _matching(text, any_of)
            texts, own = text.take(rows), rows.to_numpy()
            state[own] = "mention"
            for name in ("not_listed", "undetermined", "listed"):
                if pattern := self._export.get(name):
                    state[own[_matching(texts, f"(?m){pattern}").to_numpy()]] = name
        return pa.array(state.tolist(), _S)


def _matching(column: pa.Array, pattern: str) -> pa.Array:
    """Rows that match an RE2 expression, in any case of letters; `int64[k]`."""
    found = pc.match_substring_regex(column, pattern, ignore_case=True).fill_null(False)
    return pa.array(np.flatnonzero(found.to_numpy(zero_copy_only=False)), _I)


def _region(from_top: int, from_end: int, page: int, recurs: bool) -> str:
    if recurs:
        return "recurring"
    if from_top < EDGE or page:
        return "header"
    return "footer" if from_end < EDGE else "body"


def _shape(line: str) -> str:
    """A line without what differs from page to page."""
    return "".join(c for c in fold(line[:200]) if not c.isdigit() and not c.isspace())


def _of_the_web(batch: pa.RecordBatch) -> npt.NDArray[np.bool_]:
    """Rows that were web pages, `bool[n]`."""
    page = pc.match_substring_regex(batch.column("uri"), _WEB)
    known = pc.or_(pc.is_valid(batch.column("url")), pc.is_valid(batch.column("headers")))
    found: npt.NDArray[np.bool_] = pc.or_(page, known).to_numpy(zero_copy_only=False)
    return found


def _labels(meta: str, fields: tuple[str, ...]) -> Iterator[str]:
    """Strings of `meta` under keys with a word of `fields`; none where it is no JSON."""
    try:
        data = json.loads(meta)
    except ValueError:
        return
    yield from _walk(data, fields, False)


def _walk(value: Any, fields: tuple[str, ...], labelled: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, fields, labelled or any(w in key.lower() for w in fields))
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, fields, labelled)
    elif labelled and isinstance(value, str):
        yield value


def _columns(hits: dict[int, list[Hit]], n: int) -> dict[str, pa.Array]:
    """The columns of `Marks` from each row's hits."""
    first: list[Hit | None] = [min(hits[row]) if row in hits else None for row in range(n)]
    marks = [sum(hit.mark for hit in hits.get(row, ())) for row in range(n)]
    total = [len(hits.get(row, ())) for row in range(n)]

    def strings(values: Iterable[str | None]) -> pa.Array:
        return pa.array(list(values), _S)

    return {
        COLUMN: strings(h.level if h and h.mark else None for h in first),
        "mark_kind": strings(("mark" if h.mark else "mention") if h else None for h in first),
        "mark_class": strings(h.kind if h else None for h in first),
        "mark_region": strings(h.region if h else None for h in first),
        "mark_token": strings(h.token if h else None for h in first),
        "mark_rule": strings(h.rule if h else None for h in first),
        "marks": pa.array(marks, _I),
        "mark_mentions": pa.array([t - m for t, m in zip(total, marks, strict=True)], _I),
    }
