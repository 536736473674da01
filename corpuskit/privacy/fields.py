"""Columns other than the text that repeat what people wrote, looked at and rewritten like it.

Plain columns are taken as they are. Of columns in JSON each value is looked at behind its key, so
that ``{"氏名": …}`` is a label; keys and whole numbers are looked at too. A URL is read part by
part with its percent signs decoded; the address of a host is none of a person. What nothing was
found in stays as it was, byte by byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pyarrow as pa

from corpuskit.privacy.hits import Hits
from corpuskit.privacy.joined import Joined, Spans
from corpuskit.privacy.kinds import kind_id

PLAIN = ("source_id", "title", "author", "published", "modified", "language", "robots")
URLS = ("url", "license_link")
JSON = ("meta", "headers")
COLUMNS = (*PLAIN, *URLS, *JSON)
"""Columns that a stage rewrites beside the text; of those that a reader fills, all that hold text
and don't name the document's place."""

_SAFE = "%:~+!$,'@()*[]<>"
_URL_PARTS = re.compile("([/?&=#;])")
_QUOTED_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}%40(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_HOSTS = [kind_id("ip_address"), kind_id("private_ip")]

Find = Callable[[pa.StringArray], Hits]
Rewrite = Callable[[pa.StringArray, Hits], pa.StringArray]


@dataclass(slots=True)
class _Pieces:
    """Strings of many cells, with what stands before each as its label."""

    labels: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, value: str, row: int, label: str = "") -> int:
        self.labels.append(label)
        self.values.append(value)
        self.rows.append(row)
        return len(self.values) - 1


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell: what it held, and the pieces of it, first to last, exclusive."""

    name: str
    row: int
    raw: str
    content: Any
    first: int
    last: int


def protected(
    batch: pa.RecordBatch, find: Find, rewrite: Rewrite
) -> tuple[dict[str, pa.Array], Hits]:
    """Return the columns of `COLUMNS` that the batch has, rewritten, and what was found in them.

    Args:
        batch: n rows.
        find: finds hits in strings without nulls.
        rewrite: writes masks in their place.

    Returns:
        The columns by name, and the hits with the batch's rows; their places mean nothing.
    """
    pieces, cells = _Pieces(), []
    names = [name for name in COLUMNS if name in batch.schema.names]
    for name in names:
        cells += [_taken(name, row, raw, pieces) for row, raw in _filled(batch.column(name))]
    columns = {name: batch.column(name) for name in names}
    if not cells:
        return columns, Hits.of(())
    urls = {i for cell in cells if cell.name in URLS for i in range(cell.first, cell.last)}
    labelled = [
        f"{label}{value}" for label, value in zip(pieces.labels, pieces.values, strict=True)
    ]
    hits = _behind(find(_strings(labelled)), pieces.labels)
    in_url = np.array([piece in urls for piece in hits.row.tolist()], bool)
    hits = hits.take(~(in_url & np.isin(hits.kind, _HOSTS)))
    if not len(hits):
        return columns, hits
    after = rewrite(_strings(pieces.values), hits)
    touched = {row: _text(after[row]) for row in np.unique(hits.row).tolist()}
    changed: dict[str, dict[int, str]] = {}
    for cell in cells:
        if any(piece in touched for piece in range(cell.first, cell.last)):
            changed.setdefault(cell.name, {})[cell.row] = _written(cell, pieces, touched)
    for name, rows in changed.items():
        values = batch.column(name).to_pylist()
        columns[name] = pa.array(
            [rows.get(row, value) for row, value in enumerate(values)], pa.string()
        )
    owners = np.array(pieces.rows, np.int32)[hits.row]
    return columns, Hits(owners, hits.kind, hits.start, hits.stop, hits.rule, hits.confidence)


def find_quoted_emails(joined: Joined) -> Spans:
    """E-mail addresses whose @ is written as in a URL, wherever they stand."""
    if "%40" not in joined.text:
        return joined.spans([])
    found = _QUOTED_EMAIL.finditer(joined.text)
    return joined.spans([(match.start(), match.end(), "email.address") for match in found])


def _filled(column: pa.StringArray) -> Iterator[tuple[int, str]]:
    if column.null_count < len(column):
        for row, value in enumerate(column.to_pylist()):
            if value:
                yield row, value


def _strings(values: list[str]) -> pa.StringArray:
    return pa.array([value.encode("utf-8", "replace").decode() for value in values], pa.string())


def _text(scalar: pa.Scalar) -> str:
    return str(scalar.as_py())


def _taken(name: str, row: int, raw: str, pieces: _Pieces) -> _Cell:
    first, content = len(pieces.values), None
    if name in JSON:
        try:
            content = json.loads(raw)
            _walk(content, row, "", pieces)
        except (ValueError, RecursionError):  # no JSON, or too deep: looked at as it stands
            del pieces.labels[first:], pieces.values[first:], pieces.rows[first:]
            content = None
    if name in URLS:
        content = _URL_PARTS.split(raw)
        for at, part in enumerate(content):
            label = content[at - 2] + "：" if at > 1 and content[at - 1] == "=" else ""
            pieces.add(unquote(part), row, label)
    elif content is None:
        pieces.add(raw, row)
    return _Cell(name, row, raw, content, first, len(pieces.values))


def _walk(value: Any, row: int, label: str, pieces: _Pieces) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            pieces.add(key, row)
            _walk(item, row, f"{key}：", pieces)
    elif isinstance(value, list):
        for item in value:
            _walk(item, row, label, pieces)
    elif isinstance(value, str):
        pieces.add(value, row, label)
    elif isinstance(value, int) and not isinstance(value, bool):
        pieces.add(str(value), row, label)


def _behind(hits: Hits, labels: list[str]) -> Hits:
    """Hits in the values: those in the labels go, those that begin there are cut."""
    ahead = np.array([len(label.encode()) for label in labels], np.int32)[hits.row]
    kept = hits.stop > ahead
    start = np.maximum(hits.start - ahead, 0)
    whole = Hits(hits.row, hits.kind, start, hits.stop - ahead, hits.rule, hits.confidence)
    return whole.take(kept)


def _written(cell: _Cell, pieces: _Pieces, touched: dict[int, str]) -> str:
    if cell.content is None:
        return touched[cell.first]
    if cell.name in URLS:
        parts = enumerate(cell.content, cell.first)
        return "".join(quote(touched[at], safe=_SAFE) if at in touched else p for at, p in parts)
    numbers = iter(range(cell.first, cell.last))
    content = _rebuilt(cell.content, numbers, pieces, touched)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _rebuilt(value: Any, numbers: Iterator[int], pieces: _Pieces, touched: dict[int, str]) -> Any:
    """The content again, walked in the same order, with what changed in its place."""
    if isinstance(value, dict):
        items = []
        for key, item in value.items():
            at = next(numbers)
            items.append((touched.get(at, key), _rebuilt(item, numbers, pieces, touched)))
        return dict(items)
    if isinstance(value, list):
        return [_rebuilt(item, numbers, pieces, touched) for item in value]
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        at = next(numbers)
        same = touched.get(at, pieces.values[at]) == pieces.values[at]
        return value if same else touched[at]
    return value
