"""Reads benchmarks: JSON Lines, JSON, CSV, TSV and Parquet files as items of question and choices.

Without `fields` the usual names are looked for (JGLUE, JMMLU, JamC-QA, lawqa and the like); a CSV
file whose rows all end in the letter or number of an answer, as those of JMMLU, has no header.
"""

from __future__ import annotations

import csv
import functools
import glob
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BeforeValidator, Field

from corpuskit.dedup import benchmarkfields as guess
from corpuskit.errors import InputError
from corpuskit.paths import resolve_path
from corpuskit.registry import nearest
from corpuskit.stage import Params

_ENDINGS = re.compile(r"\.(jsonl|ndjson|json|csv|tsv|parquet)(\.gz|\.zst|\.bz2)?$", re.I)
_FORMATS = {"ndjson": "jsonl"}
_PACKINGS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_ANSWER = re.compile(r"[A-Ja-j0-9]")


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Keys = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_more, json_schema_input_type=str | list[str])
]


class Fields(Params):
    """Keys of a record, dotted where they are nested; columns without names are 1, 2, 3 ..."""

    question: Keys = Field((), description="Keys of the question; none: the usual names.")
    choices: Keys | None = Field(
        None, description="Keys of the choices, texts or lists; none: the usual names; []: no."
    )
    answer: Keys = Field((), description="Keys of an answer in words; left out unless named.")
    id: str | None = Field(None, description="Key of the item's name; none: usual names, or place.")


class Benchmark(Params):
    """One benchmark: files, and what in them is an item."""

    name: str = Field(min_length=1, description="Name that hits carry.")
    path: str = Field(description="File, folder or glob, from the recipe.")
    format: Literal["auto", "jsonl", "json", "csv", "tsv", "parquet"] = Field(
        "auto", description="auto: by the files' endings and content."
    )
    records: str | None = Field(None, description="Dotted key of the list of records (JSON).")
    header: bool | None = Field(None, description="Whether a CSV has names in its first row.")
    fields: Fields = Field(Fields(), description="What an item is made of.")


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its name, its parts in order, and how many of them are the question."""

    name: str
    parts: tuple[str, ...]
    asked: int = 1


@dataclass(frozen=True)
class Reading:
    """A benchmark as it was read.

    Attributes:
        name: the benchmark's name.
        items: those with a text.
        empty: records without a question.
        digest: sha256 of the files' digests.
    """

    name: str
    items: tuple[Item, ...]
    empty: int
    digest: str


def files_of(benchmark: Benchmark, root: Path) -> tuple[Path, ...]:
    """The benchmark's files, sorted.

    Raises:
        InputError: there are none.
    """
    path = resolve_path(benchmark.path, root)
    if Path(path).is_dir():
        found = [str(p) for p in Path(path).rglob("*") if _ENDINGS.search(p.name) and p.is_file()]
    elif Path(path).is_file():
        found = [path]
    else:
        found = [p for p in glob.glob(path, recursive=True) if Path(p).is_file()]
    if not found:
        raise InputError(
            f"benchmark '{benchmark.name}': there is no file at {benchmark.path}",
            "the path is a file, folder or glob, relative to the recipe",
        )
    return tuple(Path(p) for p in sorted(found))


def read(benchmark: Benchmark, root: Path) -> Reading:
    """Read a benchmark; what was read is kept until a file changes.

    Raises:
        InputError: no file, a broken one, an unknown field, or no item with a text.
    """
    files = files_of(benchmark, root)
    stamps = tuple((p.stat().st_mtime_ns, p.stat().st_size) for p in files)
    return _read(benchmark, files, stamps)


@functools.lru_cache(64)
def _read(
    benchmark: Benchmark, files: tuple[Path, ...], _stamps: tuple[tuple[int, int], ...]
) -> Reading:
    digest = hashlib.sha256()
    items: list[Item] = []
    empty = 0
    for path in files:
        raw = path.read_bytes()
        digest.update(hashlib.sha256(raw).digest())
        found = _File(benchmark, path, len(files) > 1).items(_unpacked(raw, path))
        items += [item for item in found if item.parts]
        empty += sum(1 for item in found if not item.parts)
    if not items:
        raise InputError(
            f"benchmark '{benchmark.name}': no record in {files[0].name} has a question",
            "name its key in 'fields: {question: KEY}'",
        )
    return Reading(benchmark.name, tuple(items), empty, digest.hexdigest())


def _unpacked(raw: bytes, path: Path) -> bytes:
    packing = _PACKINGS.get(path.suffix.lower())
    if packing is None:
        return raw
    try:
        return bytes(pa.input_stream(pa.py_buffer(raw), compression=packing).read())
    except OSError as error:
        raise InputError(f"{path}: damaged: {error}", "fetch the benchmark again") from None


class _File:
    """One file of a benchmark while it is read."""

    def __init__(self, benchmark: Benchmark, path: Path, several: bool) -> None:
        self._benchmark, self._path = benchmark, path
        self._stem = f"{_ENDINGS.sub('', path.name)}:" if several else ""

    def items(self, data: bytes) -> list[Item]:
        """All records as items; those without a question have no part."""
        records = self._records(data)
        names = list(dict.fromkeys(str(key) for record in records for key in record))
        fields = self._benchmark.fields
        questions = self._known(fields.question, records, names) or guess.question_keys(names)
        if records and not questions:
            raise self._error(
                "which key holds the question is not known",
                f"write 'fields: {{question: KEY}}'; the keys are: {', '.join(names)}",
            )
        if fields.choices is None:
            choices = guess.choice_keys([n for n in names if n not in questions])
        else:
            choices = self._known(fields.choices, records, names)
        answers = self._known(fields.answer, records, names)
        key = self._known((fields.id,), records, names)[0] if fields.id else guess.id_key(names)
        others = (*choices, *answers)
        return [self._item(n, r, questions, others, key) for n, r in enumerate(records, 1)]

    def _item(
        self,
        number: int,
        record: Mapping[str, Any],
        questions: Sequence[str],
        others: Sequence[str],
        key: str | None,
    ) -> Item:
        own = (
            next((t for v in guess.walk(record, key) for t in guess.texts_in(v)), "") if key else ""
        )
        name = own or f"{self._stem}{number}"
        asked = list(_texts(record, questions))
        if not any(text.strip() for text in asked):
            return Item(name, ())
        return Item(name, (*asked, *_texts(record, others)), len(asked))

    def _known(
        self, keys: Sequence[str], records: Sequence[Any], names: Sequence[str]
    ) -> tuple[str, ...]:
        """Keys that a recipe names, if some record has each of them."""
        for key in keys:
            if records and not any(True for record in records for _ in guess.walk(record, key)):
                raise self._error(
                    f"no record has the key '{key}'{nearest(key, names)}",
                    f"the keys are: {', '.join(names)}",
                )
        return tuple(keys)

    def _error(self, message: str, remedy: str) -> InputError:
        return InputError(
            f"benchmark '{self._benchmark.name}': {self._path.name}: {message}", remedy
        )

    # --- formats ----------------------------------------------------------------------------------

    def _records(self, data: bytes) -> list[Mapping[str, Any]]:
        form: str = self._benchmark.format
        if form == "auto":
            ending = _ENDINGS.search(self._path.name)
            if ending is None:
                raise self._error(
                    "the format is not known by its ending", "write 'format: jsonl' or the like"
                )
            form = _FORMATS.get(ending[1].lower(), ending[1].lower())
        if form == "parquet":
            records = self._parquet(data)
        elif form in ("csv", "tsv"):
            records = self._rows(self._decoded(data), "\t" if form == "tsv" else ",")
        else:
            records = self._json(self._decoded(data), form == "jsonl")
        for number, record in enumerate(records, 1):
            if not isinstance(record, Mapping):
                raise self._error(
                    f"record {number} is no object with keys", "a record is an object with keys"
                )
        return records

    def _decoded(self, data: bytes) -> str:
        for encoding in ("utf-8-sig", "cp932"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise self._error("it is neither UTF-8 nor CP932", "convert it to UTF-8")

    def _parquet(self, data: bytes) -> list[Any]:
        try:
            table = pq.read_table(pa.BufferReader(data))
        except (pa.ArrowInvalid, OSError) as error:
            raise self._error(f"not a whole Parquet file: {error}", "fetch it again") from None
        rows: list[Any] = table.to_pylist()
        return rows

    def _json(self, text: str, lines: bool) -> list[Any]:
        if not lines:
            try:
                return self._found(json.loads(text))
            except json.JSONDecodeError as error:
                # Many benchmarks are JSON Lines under the ending .json.
                if error.msg != "Extra data":
                    raise self._broken(error, error.lineno) from None
        return list(self._lines(text))

    def _lines(self, text: str) -> Iterator[Any]:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise self._broken(error, number) from None

    def _broken(self, error: json.JSONDecodeError, line: int) -> InputError:
        return self._error(
            f"line {line}, column {error.colno}: not valid JSON: {error.msg}",
            "repair the file, or name its format",
        )

    def _found(self, value: Any) -> list[Any]:
        """The records of a JSON document."""
        if self._benchmark.records is not None:
            found = list(guess.walk(value, self._benchmark.records))
            if not found:
                keys = [str(key) for key in value] if isinstance(value, Mapping) else []
                raise self._error(
                    f"there is no '{self._benchmark.records}'"
                    f"{nearest(self._benchmark.records, keys)}",
                    "'records' is the dotted key of the list of records",
                )
            return [r for one in found for r in (one if isinstance(one, list) else [one])]
        question = self._benchmark.fields.question
        records = guess.records_in(value, question[0] if question else None)
        if records is not None:
            return records
        return value if isinstance(value, list) else [value]

    def _rows(self, text: str, delimiter: str) -> list[Any]:
        try:
            rows = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if r]
        except csv.Error as error:
            raise self._error(f"not valid CSV: {error}", "check its quotes") from None
        header = self._benchmark.header
        bare = not header if header is not None else _no_header(rows)
        if not bare and rows:
            return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
        width = max((len(row) for row in rows), default=0)
        names = [str(i + 1) for i in range(width)]
        if not self._benchmark.fields.question and width > 2:  # question, choices, answer
            last = width - 1
            names = ["question", *(f"choice{i}" for i in range(1, last)), "answer"]
        return [dict(zip(names, row, strict=False)) for row in rows]


def _texts(record: Mapping[str, Any], keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        for value in guess.walk(record, key):
            yield from guess.texts_in(value)


def _no_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether every row, the first one too, ends in the letter or number of an answer."""
    if not rows or len(rows[0]) < 3:
        return False
    return all(len(row) > 2 and _ANSWER.fullmatch(row[-1].strip()) for row in rows)
