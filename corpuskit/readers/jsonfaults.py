"""Why a line of JSON Lines can't be a record: the class of error and a message without content."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import msgspec

_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_string = msgspec.json.Decoder(str).decode
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = {
    "{": "an object",
    "[": "a list",
    '"': "a string",
    "t": "true",
    "f": "false",
    "n": "null",
}
_SHOWN = 10

Fault = tuple[str, str]


def fault(line: bytes, field: str) -> Fault | None:
    """What is wrong with a line, as (error, message), or None where it is a record.

    Args:
        line: without its line end, not blank.
        field: name of the field that must hold the text.
    """
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return (
            "invalid_utf8",
            f"byte {error.start + 1} of the line is not UTF-8; convert the file to UTF-8",
        )
    try:
        row = _object(line)
    except (msgspec.DecodeError, RecursionError) as error:
        return _not_an_object(line.decode(), error)
    if field not in row:
        return "missing_text", _missing(row, field)
    try:
        _string(row[field])
    except msgspec.DecodeError:
        return "wrong_type", f"the field '{field}' is {_kind(bytes(row[field]))}, not a string"
    return None


def _missing(row: dict[str, msgspec.Raw], field: str) -> str:
    if not row:
        return f"there is no field '{field}': the object is empty"
    names = [name[:40] for name in sorted(row)[:_SHOWN]]
    more = f" and {len(row) - _SHOWN} more" if len(row) > _SHOWN else ""
    strings = {name: bytes(raw) for name, raw in row.items() if bytes(raw)[:1] == b'"'}
    longest = max(strings, key=lambda name: (len(strings[name]), name), default="")
    remedy = f"; set 'text: {longest[:40]}'" if longest else ""
    return f"there is no field '{field}'; there are: {', '.join(names)}{more}{remedy}"


def _kind(raw: bytes) -> str:
    return _KINDS.get(raw[:1].decode(), "a number")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _not_an_object(line: str, error: Exception) -> Fault:
    """Parse again with the standard library, which says more about what is wrong."""
    try:
        value: Any = json.loads(line, parse_constant=_refuse)
    except json.JSONDecodeError as found:
        return "invalid_json", f"column {found.colno}: {found.msg[:1].lower()}{found.msg[1:]}"
    except RecursionError:
        return "invalid_json", "nested too deeply"
    except ValueError as found:
        return "invalid_json", str(found)
    if not isinstance(value, dict):
        return "not_an_object", f"the line is {_kind(line.lstrip().encode())}, not an object"
    if _has_surrogate(line):
        return "lone_surrogate", "an escape such as \\ud800 stands for half a character"
    return "invalid_json", str(error).split(" - at ")[0]


def _has_surrogate(line: str) -> bool:
    """Whether decoding the escapes leaves half of a surrogate pair."""
    try:
        json.dumps(json.loads(line), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
