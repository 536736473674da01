"""Rows of tables (Parquet, Hugging Face, CSV) as records: ids and `meta` from canonical JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa

from corpuskit.document import ABOUT, RECORD, Identity
from corpuskit.readers.protocol import BATCH_BYTES, Fields, Read, problem, problems
from corpuskit.readers.template import RowTemplate

_SHOWN = 10


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, without spaces; the same bytes for the same value everywhere.

    Dates and times become ISO 8601, decimals strings, bytes Base64, NaN and infinities null.

    Raises:
        TypeError: the value holds something that JSON can't express.
    """
    return msgspec.json.encode(value, enc_hook=_plain, order="sorted")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()  # pandas' Timestamp, which Arrow gives for nanoseconds
    if isinstance(value, datetime.timedelta):
        return str(value)
    if hasattr(value, "item"):  # NumPy's scalars, which Arrow gives for half floats
        return value.item()
    raise TypeError(f"a value of type {type(value).__name__} has no JSON")


def name_list(names: Sequence[str]) -> str:
    """Names of columns for a message, sorted and shortened."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name[:40] for name in sorted(names)[:_SHOWN]) + more


def as_text(value: Any) -> str | None:
    """The input's own id as text: strings as they are, null as None, the rest as JSON."""
    return value if value is None or isinstance(value, str) else canonical(value).decode()


def constant(value: Any, n: int, kind: pa.DataType) -> pa.Array:
    """A column of one value, or of nulls."""
    return pa.nulls(n, kind) if value is None else pa.repeat(pa.scalar(value, kind), n)


@dataclass
class RowBatch:
    """Collects rows until there is a batch of text.

    Args:
        identity: of the file.
        fields: which columns are the text and the id.
        template: makes the text of several columns, which all stay in `meta` then; rows where they
            are blank are counted, not read.
        about: columns of `ABOUT` that are the same for all rows, such as the file's encoding.
    """

    identity: Identity
    fields: Fields
    template: RowTemplate | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    _rows: list[tuple[str, str | None, str, str, str | None]] = field(default_factory=list)
    _problems: list[dict[str, Any]] = field(default_factory=list)
    _held: int = 0
    _blank: int = 0

    def add(self, row: Mapping[str, Any], locator: str) -> None:
        """Take one row, as a record where its text is a string and as a problem where not."""
        raw = canonical(row)
        if self.template is not None:
            self._add_filled(self.template, row, raw, locator)
            return
        text = row.get(self.fields.text)
        if not isinstance(text, str):
            error = "missing_text" if text is None else "wrong_type"
            what = "null" if text is None else f"of type {type(text).__name__}, not a string"
            self.fail(locator, error, f"the column '{self.fields.text}' is {what} here", raw)
            return
        self._take(row, raw, text, locator, (self.fields.text, self.fields.id))

    def _add_filled(
        self, template: RowTemplate, row: Mapping[str, Any], raw: bytes, locator: str
    ) -> None:
        text = template.fill(row)
        if text is None:
            self._blank += 1
        else:
            self._take(row, raw, text, locator, (self.fields.id,))

    def _take(
        self,
        row: Mapping[str, Any],
        raw: bytes,
        text: str,
        locator: str,
        skip: Sequence[str | None],
    ) -> None:
        own = row.get(self.fields.id) if self.fields.id else None
        rest = {name: value for name, value in row.items() if name not in skip}
        meta = canonical(rest).decode() if rest else None
        record = (self.identity.of(raw, locator), as_text(own), text, locator, meta)
        self._rows.append(record)
        self._held += len(raw)

    def fail(self, locator: str, error: str, message: str, raw: bytes) -> None:
        """Take a problem in place of a row."""
        self._problems.append(problem(self.identity, locator, error, message, raw))
        self._held += len(raw)

    def full(self) -> Iterator[Read]:
        """The batch, where there is enough for one."""
        if self._held >= BATCH_BYTES:
            yield from self.rest()

    def rest(self) -> Iterator[Read]:
        """What is left, if anything."""
        if not self._rows and not self._problems and not self._blank:
            return
        columns = list(zip(*self._rows, strict=True)) or [()] * 5
        *own, meta = (pa.array(column, pa.string()) for column in columns)
        title = pa.nulls(len(meta), pa.string())
        about = [constant(self.about.get(each.name), len(meta), each.type) for each in ABOUT]
        batch = pa.RecordBatch.from_arrays([*own, title, *about, meta], schema=RECORD)
        skipped = {"blank_row": self._blank} if self._blank else {}
        yield Read(batch, problems(self._problems), skipped)
        self._rows, self._problems, self._held, self._blank = [], [], 0, 0
