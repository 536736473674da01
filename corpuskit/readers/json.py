"""JSON files: an array of objects, an object that holds one, or a single object as a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
from pydantic import Field, field_validator

from corpuskit.document import Identity
from corpuskit.ja.encodings import UndecodableError
from corpuskit.readers.compression import compressed_endings, read_whole
from corpuskit.readers.protocol import InputFile, Read, Reader, ReaderParams, Slice
from corpuskit.readers.rows import RowBatch, canonical, name_list
from corpuskit.readers.template import RowTemplate, checked_template
from corpuskit.readers.whole import (
    UnreadableError,
    WholeFileParams,
    about_encoding,
    decoded_text,
    failed_file,
)

#: How deep an array of records is looked for, and how many objects are passed on the way.
_DEEPEST = 4
_MOST_PASSED = 10_000
_GEOMETRIES = frozenset(
    {
        "Feature",
        "FeatureCollection",
        "Geometry",
        "GeometryCollection",
        "LineString",
        "MultiLineString",
        "MultiPoint",
        "MultiPolygon",
        "Point",
        "Polygon",
        "Topology",
    }
)
_STARTS = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{\s*(?:\"|\})")
_LINES = re.compile(r"[^\n]*\}[ \t\r]*\n\s*\{")


class JsonParams(WholeFileParams):
    """Options of the JSON reader."""

    records: str | None = Field(
        None,
        description="Where the array of records is, such as data.items; found where there is only "
        "one if null.",
    )
    template: str | None = Field(
        None,
        description="Makes the text of a record of several fields, such as {商品名}は{説明}; "
        "'text:' is not used then.",
    )

    @field_validator("template")
    @classmethod
    def _right_template(cls, template: str | None) -> str | None:
        return checked_template(template)


@dataclass(frozen=True, slots=True)
class _Table:
    """Records and what their locators are made of."""

    rows: Sequence[Any]
    place: str = "record"


class Json(Reader):
    """Reads ``.json`` files that hold records; for one object a line there is ``jsonl``."""

    name: ClassVar[str] = "json"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".json")
    Params: ClassVar[type[ReaderParams]] = JsonParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where an array of objects starts, else 1 by name."""
        return 2 if _STARTS.match(head) else super().recognises(head, name)

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """All records; locators count them from 1."""
        limit: int = self.params.max_file_bytes
        whole = read_whole(file, limit)
        if whole.too_large:
            message = f"more than {limit} bytes; raise max_file_bytes to read it"
            yield failed_file(file, identity, "file_too_large", message)
            return
        if whole.damage:
            yield failed_file(file, identity, whole.damage.error, whole.damage.message)
            return
        try:
            decoded = decoded_text(whole.data, file.charset)
            value = _decoded(decoded.text)
            table = self._table(value)
        except UndecodableError as error:
            yield failed_file(file, identity, "undecodable", f"{error.message}; {error.remedy}")
        except UnreadableError as error:
            yield failed_file(file, identity, error.error, error.message)
        else:
            yield from self._rows(table, identity, about_encoding(decoded))

    def _rows(self, table: _Table, identity: Identity, about: Mapping[str, Any]) -> Iterator[Read]:
        template = RowTemplate(self.params.template) if self.params.template else None
        rows = RowBatch(identity, self.fields, template, about)
        for number, row in enumerate(table.rows, 1):
            locator = f"{table.place} {number}"
            if isinstance(row, dict):
                rows.add(row, locator)
            elif isinstance(row, str) and template is None:
                rows.add({self.fields.text: row}, locator)
            else:
                message = f"a record of type {type(row).__name__}, not an object"
                rows.fail(locator, "wrong_type", message, canonical(row))
            yield from rows.full()
        yield from rows.rest()

    def _table(self, value: Any) -> _Table:
        """The records of a file.

        Raises:
            UnreadableError: there are none, or more than one array may be meant, or no record has
                the text field.
        """
        if self.params.records is not None:
            table = _Table(_at(value, self.params.records))
        elif isinstance(value, list):
            table = _Table(value)
        elif isinstance(value, dict):
            _no_geometry(value)
            own = self.params.template is None and isinstance(value.get(self.fields.text), str)
            inner = None if own else _only_array(value)
            table = _Table([value]) if inner is None else _Table(inner)
        else:
            message = f"the file holds a value of type {type(value).__name__}, and no records"
            raise UnreadableError("no_records", message)
        self._check(table.rows)
        return table

    def _check(self, rows: Sequence[Any]) -> None:
        """Say once for the file that no record has the fields that are asked for."""
        named = self.params.template
        names = RowTemplate(named).names if named else (self.fields.text,)
        objects = [row for row in rows if isinstance(row, dict)]
        if not objects or any(name in row for row in objects for name in names):
            return
        _no_geometry(objects[0])
        there = name_list(list(objects[0]))
        option = "template:" if named else "text:"
        raise UnreadableError(
            "missing_text",
            f"there is no field '{names[0]}'; there are: {there}; set '{option}' to one of them",
        )


def records_in(text: str) -> Sequence[Any]:
    """The records of a JSON text: an array's, those of the one array in an object, or the object.

    Raises:
        UnreadableError: there are none, or more than one array may be meant.
    """
    value = _decoded(text)
    if isinstance(value, dict):
        _no_geometry(value)
        return _only_array(value) or [value]
    return value if isinstance(value, list) else []


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text.removeprefix("\ufeff"))
    except RecursionError:
        raise UnreadableError("too_deep", "values lie deeper than the parser goes") from None
    except msgspec.DecodeError:
        if not text.strip():
            raise UnreadableError("invalid_json", "the file is empty") from None
        if _LINES.match(text.lstrip()):
            message = "several objects, one a line; set 'reader: jsonl' to read them"
            raise UnreadableError("json_lines", message) from None
        message = "not valid JSON, or cut short; export the file again"
        raise UnreadableError("invalid_json", message) from None


def _at(value: Any, path: str) -> list[Any]:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, list):
        return value
    raise UnreadableError(
        "no_records", f"there is no array at '{path}'; correct 'options: {{records: …}}'"
    )


def _only_array(value: Mapping[str, Any]) -> list[Any] | None:
    """The one array of objects that lies least deep; None where there is none.

    Raises:
        UnreadableError: there are several.
    """
    level: list[tuple[str, Mapping[str, Any]]] = [("", value)]
    passed = 0
    for _ in range(_DEEPEST):
        found: list[tuple[str, list[Any]]] = []
        below: list[tuple[str, Mapping[str, Any]]] = []
        for path, each in level:
            for name, inner in each.items():
                passed += 1
                if passed > _MOST_PASSED:
                    return None
                if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                    found.append((f"{path}{name}", inner))
                elif isinstance(inner, dict):
                    below.append((f"{path}{name}.", inner))
        if len(found) > 1:
            names = name_list([path for path, _ in found])
            message = f"several arrays of objects: {names}; set 'options: {{records: …}}' to one"
            raise UnreadableError("several_arrays", message)
        if found:
            return found[0][1]
        level = below
    return None


def _no_geometry(value: Mapping[str, Any]) -> None:
    """Maps hold coordinates: say so, rather than that a field is missing."""
    if value.get("type") in _GEOMETRIES and (
        value.keys() & {"features", "coordinates", "geometry", "geometries", "objects"}
    ):
        message = (
            "GeoJSON or TopoJSON, which holds coordinates; leave the file out, or convert the "
            "properties of its features to CSV"
        )
        raise UnreadableError("geojson", message)
