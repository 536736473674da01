"""Which field of a record is the text and which the id, found by content.

For ``corpuskit init`` only: a run reads what the recipe says. Looks at the first records of a file
and gives its reasons, so that a person can check them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.errors import CorpuskitError

#: Records of a file that are looked at, and the unpacked bytes they are taken from.
RECORDS = 200
_HEAD = 2 << 20
_LARGE_HEAD = 64 << 20
#: Characters of a value that are looked at.
_LOOKED = 4000

#: Usual names, the likeliest first. Names are compared in lower case without - _ and blanks.
_TEXT_NAMES = (
    "text", "content", "body", "本文", "テキスト", "内容", "全文", "contents", "article",
    "document", "maintext", "fulltext", "passage",
)  # fmt: skip
_ID_NAMES = (
    "id", "docid", "documentid", "uid", "uuid", "guid", "recordid", "articleid", "pageid",
    "entryid", "itemid", "identifier", "key", "文書id", "文書番号", "記事id", "管理番号",
    "番号", "doi", "url", "uri", "permalink", "link", "filename", "file", "path",
)  # fmt: skip
#: Of these, the first ones name a record even where a value is there twice.
_SURE_IDS = frozenset(_ID_NAMES[:12])
_LICENSE_NAMES = frozenset({"license", "licence", "licensename", "ライセンス"})

_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー㐀-鿿々〆\U00020000-\U000323AF]+")
_DATE = re.compile(r"\d{4}[-/年.]\d{1,2}([-/月.]\d{1,2}日?)?([T ]\d.*)?$|-?\d+\.\d+$")
#: What a cell has and the name of a column has not; as the CSV reader sees it.
_VALUE = re.compile(r"^[\d\s.,:/+-]+$|[。？?@]")

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Guess:
    """What was found out about the records of a file or of several alike.

    Attributes:
        text: name of the text field, or None where no field holds text.
        text_why: one clause.
        id: name of the id field, or None.
        id_why: one clause, also where there is none.
        others: the other fields, in the order of their first appearance.
        license: the one value of a field called license, or None.
        records: how many records were looked at.
        options: the reader's options that these files need.
    """

    text: str | None
    text_why: str
    id: str | None
    id_why: str
    others: tuple[str, ...] = ()
    license: str | None = None
    records: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


def guess(files: Sequence[Sequence[Record]], options: Mapping[str, Any] | None = None) -> Guess:
    """Find text and id among the fields of some records.

    Args:
        files: the first records of one or more files that are alike.
        options: the reader's options that these files need.
    """
    records = [record for file in files for record in file]
    names = list(dict.fromkeys(name for record in records for name in record))
    text, text_why = _text_field(records, names)
    own, id_why = _id_field(files, [name for name in names if name != text])
    others = tuple(name for name in names if name not in (text, own))
    found = _license(records, names)
    return Guess(text, text_why, own, id_why, others, found, len(records), options or {})


def sample(path: Path, reader: str) -> tuple[list[Record], dict[str, Any]]:
    """The first records of a file, and the options its reader needs for them.

    Broken records are left out; a file that can't be read gives none.

    Args:
        path: of the file; it may be compressed.
        reader: one of `SAMPLERS`.
    """
    try:
        return SAMPLERS[reader](path)
    except (OSError, ValueError, NotImplementedError, CorpuskitError):
        # The run will quarantine it and say why.
        return [], {}


# --- text and id ----------------------------------------------------------------------------------


def _text_field(records: Sequence[Record], names: Sequence[str]) -> tuple[str | None, str]:
    scores: dict[str, tuple[float, float]] = {}
    for name in names:
        values = [v for record in records if isinstance(v := record.get(name), str)]
        if 2 * len(values) >= len(records) and any(v.strip() for v in values):
            scores[name] = _mean_lengths(values, len(records))
    if not scores:
        return None, "no field holds text in most records"
    japanese = max(score[0] for score in scores.values()) >= 1
    by = {name: score[0] if japanese else score[1] for name, score in scores.items()}
    best = max(by.values())
    near = [name for name in by if by[name] >= best / 2]
    picked = min(near, key=lambda name: (_rank(name, _TEXT_NAMES), -by[name], names.index(name)))
    what = "Japanese characters" if japanese else "characters (none Japanese)"
    why = f"{by[picked]:,.0f} {what} a record on average"
    second = max((n for n in by if n != picked), key=lambda n: by[n], default=None)
    if second is not None and by[second] >= 0.5:
        why += f"; next is {second} with {by[second]:,.0f}"
    without = sum(not isinstance(record.get(picked), str) for record in records)
    return picked, why + (f"; {without} of {len(records)} records lack it" if without else "")


def _mean_lengths(values: Sequence[str], records: int) -> tuple[float, float]:
    """Mean Japanese and mean running characters a record; links and codes count for nothing."""
    japanese = running = 0.0
    for value in values:
        head = value[:_LOOKED]
        scale = len(value) / max(1, len(head))
        japanese += scale * sum(map(len, _JAPANESE.findall(head)))
        running += scale * len(head) if " " in head.strip() else 0.001
    return japanese / records, running / records


def _id_field(files: Sequence[Sequence[Record]], names: Sequence[str]) -> tuple[str | None, str]:
    found: list[tuple[int, int, str, float]] = []
    n = sum(map(len, files))
    for at, name in enumerate(names):
        columns = [[v for r in file if _is_short(v := r.get(name))] for file in files]
        short = [value for column in columns for value in column]
        if not short or len(short) < 0.95 * n:
            continue
        # Each file may count from the same number again.
        different = sum(len(set(map(str, column))) for column in columns) / len(short)
        rank = _rank(name, _ID_NAMES)
        least = 0.5 if _plain(name) in _SURE_IDS else 0.95
        if rank < len(_ID_NAMES) and different >= least:
            found.append((rank, at, name, different))
        elif rank == len(_ID_NAMES) and different == 1 and n >= 5 and _is_code(short):
            found.append((rank + isinstance(short[0], int), at, name, different))
    if not found:
        return None, "no field is short and different in every record"
    rank, _, name, different = min(found)
    how = "by its name" if rank < len(_ID_NAMES) else "by content: short"
    again = f"no value twice in {n} record{'s' if n > 1 else ''}"
    again += " (in one file)" if len(files) > 1 else ""
    return name, f"{how}; {again if different == 1 else 'some values repeat'}"


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= 256 and "\n" not in value
    return isinstance(value, int) and not isinstance(value, bool)


def _is_code(values: Sequence[Any]) -> bool:
    """Values such as AB-0012 or 1234: one kind, no blanks, dates, decimals or Japanese."""
    if len({type(v) for v in values}) != 1:
        return False
    if isinstance(values[0], int):
        return True
    return all(
        len(v) <= 64 and " " not in v and not _DATE.match(v) and not _JAPANESE.search(v)
        for v in values
    )


def _license(records: Sequence[Record], names: Sequence[str]) -> str | None:
    for name in names:
        if _plain(name) in _LICENSE_NAMES:
            values = {str(record.get(name)) for record in records}
            only = values.pop()
            return only if not values and only not in ("None", "") and len(only) <= 200 else None
    return None


def _plain(name: str) -> str:
    return re.sub(r"[-_\s]", "", name.lower())


def _rank(name: str, known: Sequence[str]) -> int:
    plain = _plain(name)
    return known.index(plain) if plain in known else len(known)


# --- first records --------------------------------------------------------------------------------


def _first_lines(path: Path) -> bytes:
    """Whole lines from the head of a file."""
    from corpuskit.readers.compression import OnDisk, head

    for size in (_HEAD, _LARGE_HEAD):
        data = head(OnDisk(path), size)
        cut = data.rfind(b"\n") + 1
        if len(data) < size:
            return data
        if cut:
            return data[:cut]
    return b""


def _jsonl(path: Path) -> tuple[list[Record], dict[str, Any]]:
    import msgspec

    records: list[Record] = []
    for line in _first_lines(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            row = msgspec.json.decode(line) if line.strip() else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            row = None
        if isinstance(row, dict):
            records.append(row)
        if len(records) == RECORDS:
            break
    return records, {}


def _json(path: Path) -> tuple[list[Record], dict[str, Any]]:
    from corpuskit.ja.encodings import decode
    from corpuskit.readers.compression import OnDisk, read_whole
    from corpuskit.readers.json import records_in
    from corpuskit.readers.whole import UnreadableError

    try:
        rows = records_in(decode(read_whole(OnDisk(path), _LARGE_HEAD).data).text)
    except UnreadableError as error:  # the run will say it of the file
        raise ValueError(error.message) from error
    return [row for row in rows[:RECORDS] if isinstance(row, dict)], {}


def _csv(path: Path) -> tuple[list[Record], dict[str, Any]]:
    from corpuskit.ja.encodings import decode
    from corpuskit.readers.compression import plain_name

    text = decode(_first_lines(path)).text
    delimiter = _delimiter(plain_name(path.name), text)
    rows = _rows(text, delimiter)
    first = next(rows, [])
    options: dict[str, Any] = {}
    names = [name.strip() or f"column_{at}" for at, name in enumerate(first, 1)]
    if any(len(n) > (40 if n.isascii() else 20) or _VALUE.search(n) for n in names):
        options = {"header": False}
        names = [f"column_{at}" for at in range(1, len(first) + 1)]
    records: list[Record] = [dict(zip(names, first, strict=True))] if options else []
    for row in rows:
        if len(row) == len(names):
            records.append(dict(zip(names, row, strict=True)))
        if len(records) == RECORDS:
            break
    return records, options


def _delimiter(name: str, text: str) -> str:
    if name.endswith((".tsv", ".tab")):
        return "\t"
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",\t;|", key=re.sub(r'"[^"]*"', "", first).count)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows as far as they can be told apart."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue
        if row:
            yield row


def _parquet(path: Path) -> tuple[list[Record], dict[str, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as source:
        schema = source.schema_arrow
        first = next(source.iter_batches(RECORDS, columns=_useful(schema)), None)
    return _rows_of(first, schema), {}


def _arrow(path: Path) -> tuple[list[Record], dict[str, Any]]:
    """A file of a dataset that `datasets` saved."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as data, pa.ipc.open_stream(data) as source:
        first = next(iter(source), None)
        batch = first.slice(0, RECORDS).select(_useful(source.schema)) if first else None
        return _rows_of(batch, source.schema), {}


def _useful(schema: Any) -> list[str]:
    import pyarrow as pa

    from corpuskit.readers.parquet import is_text

    return [f.name for f in schema if is_text(f.type) or pa.types.is_integer(f.type)]


def _rows_of(batch: Any, schema: Any) -> list[Record]:
    """Rows of some columns, with all columns' names."""
    blank = dict.fromkeys(schema.names)
    return [{**blank, **row} for row in batch.to_pylist()] if batch is not None else []


#: Readers of records, and how their first ones are looked at.
SAMPLERS: Mapping[str, Callable[[Path], tuple[list[Record], dict[str, Any]]]] = {
    "jsonl": _jsonl,
    "json": _json,
    "csv": _csv,
    "parquet": _parquet,
    "huggingface": _arrow,
}
