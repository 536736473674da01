"""CSV and TSV in any Japanese encoding: the first row names the columns, each other is a record."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from corpuskit.document import Identity
from corpuskit.ja.encodings import Decoded, UndecodableError
from corpuskit.readers.compression import Whole, compressed_endings, plain_name, read_whole
from corpuskit.readers.protocol import Fields, InputFile, Read, Reader, ReaderParams, Slice
from corpuskit.readers.rows import RowBatch, name_list
from corpuskit.readers.template import RowTemplate, checked_template
from corpuskit.readers.whole import WholeFileParams, about_encoding, decoded_text, failed_file

Delimiter = Literal[",", "\t", ";", "|"]
_DELIMITERS: tuple[Delimiter, ...] = (",", "\t", ";", "|")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
#: How Excel is told what stands between fields: a line before the table.
_SEPARATOR = re.compile(r"\ufeff?\"?sep=([,;|\t])\"?(?:\r\n|\n|\r)", re.I)
#: What a cell has and the name of a column has not.
_VALUE = re.compile(r"^[\d\s.,:/+-]+$|[。？?@]")

#: A field may be as long as a file; the module's own limit is 128 KiB.
csv.field_size_limit(1 << 30)


class CsvParams(WholeFileParams):
    """Options of the CSV reader."""

    delimiter: Delimiter | None = Field(
        None, description="What stands between fields; guessed from name and first line if null."
    )
    header: bool = Field(True, description="First row names the columns; else column_1, column_2.")
    template: str | None = Field(
        None,
        description="Makes the text of a row of several columns, such as {商品名}は{説明}; "
        "'text:' is not used then.",
    )

    @field_validator("template")
    @classmethod
    def _right_template(cls, template: str | None) -> str | None:
        return checked_template(template)


@dataclass(frozen=True, slots=True)
class _Broken:
    """A line that is no row of the table."""

    error: str
    message: str
    line: str


class Csv(Reader):
    """Reads ``.csv`` and ``.tsv``. A row with too many or too few fields becomes a problem."""

    name: ClassVar[str] = "csv"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".csv", ".tsv", ".tab")
    Params: ClassVar[type[ReaderParams]] = CsvParams

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """Read all rows; locators count them from 1, without the header and blank lines."""
        limit: int = self.params.max_file_bytes
        whole = read_whole(file, limit)
        if whole.too_large:
            message = f"more than {limit} bytes; raise max_file_bytes to read it"
            yield failed_file(file, identity, "file_too_large", message)
            return
        try:
            decoded = decoded_text(whole.data, file.charset)
        except UndecodableError as error:
            yield failed_file(file, identity, "undecodable", f"{error.message}; {error.remedy}")
            return
        yield from self._table(decoded, whole, file, identity)

    def _table(
        self, decoded: Decoded, whole: Whole, file: InputFile, identity: Identity
    ) -> Iterator[Read]:
        text, tail = decoded.text, ""
        if whole.damage:  # the last line is not whole
            cut = text.rfind("\n") + 1
            text, tail = text[:cut], text[cut:]
        lines = _LINE.findall(text)
        said = _SEPARATOR.fullmatch(lines[0]) if lines else None
        if said:
            lines = lines[1:]
        delimiter = self.params.delimiter or _delimiter(plain_name(file.uri), lines, said)
        parsed = _rows(lines, delimiter, self.params.header)
        names = next(parsed, [])
        if isinstance(names, _Broken):
            yield failed_file(file, identity, names.error, f"the header: {names.message}")
            return
        if not names and not whole.damage:
            return
        template = RowTemplate(self.params.template) if self.params.template else None
        column = self.fields.text if self.fields.text in names or len(names) != 1 else names[0]
        needed = template.names if template else (column,)
        missing = next((name for name in needed if name not in names), None)
        if missing is not None and not whole.damage:
            where = "template:" if template else "text:"
            yield failed_file(file, identity, "missing_text", _missing(missing, names, where))
            return
        fields = Fields(column, self.fields.id)
        rows = RowBatch(identity, fields, template, about_encoding(decoded))
        number = 0
        for number, row in enumerate(parsed, 1):
            if isinstance(row, _Broken):
                rows.fail(f"row {number}", row.error, row.message, row.line.encode())
            else:
                rows.add(dict(zip(names, row, strict=True)), f"row {number}")
            yield from rows.full()
        if whole.damage:
            tail_at = f"row {number + 1}"
            rows.fail(tail_at, whole.damage.error, whole.damage.message, tail.encode())
        yield from rows.rest()


def _missing(column: str, names: list[str], option: str) -> str:
    """Names the columns, unless the first row looks like data, which no message may quote."""
    if any(len(name) > (40 if name.isascii() else 20) or _VALUE.search(name) for name in names):
        return (
            f"there is no column '{column}' among {len(names)}, and the first row looks like data; "
            "set 'options: {header: false}' and 'text: column_1' or another number"
        )
    there = name_list(names)
    remedy = f"set '{option}' to one of them" if option == "text:" else f"correct '{option}'"
    return f"there is no column '{column}'; there are: {there}; {remedy}"


def _delimiter(name: str, lines: list[str], said: re.Match[str] | None) -> Delimiter:
    if said:
        return next(each for each in _DELIMITERS if each == said[1])
    if name.endswith((".tsv", ".tab")):
        return "\t"
    first = re.sub(r'"[^"]*"', "", next((line for line in lines if line.strip()), ""))
    return max(_DELIMITERS, key=first.count)


def _rows(lines: list[str], delimiter: str, header: bool) -> Iterator[list[str] | _Broken]:
    """The names of the columns, then each row; the width of the first row is that of all.

    A quote that is never closed breaks its own line only: rows go on at the next one. Each line
    is parsed at most twice.
    """
    odd = [at for at, line in enumerate(lines) if line.count('"') % 2]
    width = 0
    at = 0
    while at < len(lines):
        if not lines[at].strip("\r\n"):
            at += 1
            continue
        row, used = _row(lines, at, odd, delimiter)
        if width and isinstance(row, list) and len(row) != width:
            counts = f"{len(row)} fields where the first row has {width}"
            row, used = _Broken("wrong_columns", counts, lines[at]), 1
        if not width:
            if isinstance(row, _Broken):
                yield row
                return
            width = len(row)
            yield _names(row if header else [""] * width)
            if header:
                at += used
                continue
        yield row
        at += used


def _row(
    lines: list[str], at: int, odd: list[int], delimiter: str
) -> tuple[list[str] | _Broken, int]:
    """The row that starts at a line, and how many lines it has."""
    line = lines[at]
    try:
        return _parse([line], delimiter), 1
    except csv.Error:
        if line.count('"') % 2 == 0:
            return _Broken("broken_quotes", "text follows a closing quote", line), 1
    closing = bisect_right(odd, at)
    if closing < len(odd):
        used = odd[closing] - at + 1
        try:
            return _parse(lines[at : at + used], delimiter), used
        except csv.Error:
            pass
    return _Broken("broken_quotes", "a quote is opened and not closed", line), 1


def _parse(lines: list[str], delimiter: str) -> list[str]:
    """Parse lines that must be exactly one row.

    Raises:
        csv.Error: they are not.
    """
    rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    if len(rows) != 1:
        raise csv.Error("not one row")
    return rows[0]


def _names(header: list[str]) -> list[str]:
    """Names of columns: each one once, none empty."""
    names: list[str] = []
    for at, name in enumerate(header, 1):
        plain = name.strip() or f"column_{at}"
        names.append(plain if plain not in names else f"{plain}_{at}")
    return names
