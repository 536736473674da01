"""Header fields of mail: encoded words, parameters, names, dates, as they really are."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote_to_bytes

from corpuskit.ja.encodings import UndecodableError, decode

#: Bytes of a head, and of one field, that are looked at.
MOST_HEAD = 1 << 20
_MOST_FIELD = 64 << 10
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.S)
_WORD = re.compile(rb"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,60})?\?([bBqQ])\?([^?]{0,10000})\?=")
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,200})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.S)
_PART = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")
_NOT_BASE64 = bytes(set(range(256)) - set(b"+/" + bytes(range(48, 58)) + bytes(range(65, 91))))
_NOT_BASE64 = bytes(set(_NOT_BASE64) - set(range(97, 123)) - set(b"="))
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Field:
    """A header field's value, unfolded, and its parameters by lower-case name."""

    value: str
    parameters: dict[str, str]


class Head:
    """The header fields of a message or part.

    Args:
        fields: lower-case names and raw values, in order.
    """

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self._fields: dict[str, bytes] = {}
        for name, value in fields:
            self._fields.setdefault(name, value)

    def __bool__(self) -> bool:
        return bool(self._fields)

    def raw(self, name: str) -> bytes:
        """A field's raw value, unfolded; empty where it is not there."""
        return self._fields.get(name, b"")

    def text(self, name: str, charset: str | None = None) -> str | None:
        """A field as one line of text."""
        return one_line(words(self.raw(name), charset)) or None

    def field(self, name: str) -> Field:
        """A field with parameters, such as ``content-type``."""
        return parsed(self.raw(name))


def head(data: bytes, start: int, stop: int) -> tuple[Head, int]:
    """The head that begins at `start`, and where its body begins."""
    fields: list[tuple[str, bytes]] = []
    at, last = start, min(stop, start + MOST_HEAD)
    open_value: list[bytes] = []
    while at < last:
        end = data.find(b"\n", at, last)
        end = last if end < 0 else end + 1
        line = data[at:end].rstrip(b"\r\n")
        if not line:
            at = end
            break
        if line[:1] in (b" ", b"\t") and fields:
            open_value.append(line)
        elif found := _FIELD.match(line):
            _close(fields, open_value)
            fields.append((found[1].decode("ascii").lower(), b""))
            open_value = [found[2]]
        elif not line.startswith((b"From ", b">From ")):
            break  # the blank line before the body is missing
        at = end
    _close(fields, open_value)
    return Head(fields), at


def _close(fields: list[tuple[str, bytes]], value: list[bytes]) -> None:
    if fields:
        fields[-1] = (fields[-1][0], b" ".join(map(bytes.strip, value))[:_MOST_FIELD])


def one_line(text: str) -> str:
    """Text without line ends and control characters, white space collapsed."""
    return " ".join(_CONTROL.sub(" ", text).split())


def words(raw: bytes, charset: str | None = None) -> str:
    """A header's text: encoded words decoded, raw bytes read in `charset` or what they look like.

    Neighbours in the same charset are joined before they are decoded: some programs cut characters.
    """
    out: list[str] = []
    at, label, held = 0, "", b""
    for found in _WORD.finditer(raw):
        between = raw[at : found.start()]
        joins = held and not between.strip()
        name = found[1].decode("latin-1").lower()
        if not joins or name != label:
            out += [text_of(held, label), "" if joins else text_of(between, charset)]
            held = b""
        label, at = name, found.end()
        held += _unpacked_word(found[2], found[3])
    out += [text_of(held, label), text_of(raw[at:], charset)]
    return "".join(out)


def _unpacked_word(how: bytes, packed: bytes) -> bytes:
    return unbase64(packed) if how in b"bB" else binascii.a2b_qp(packed, header=True)


def text_of(raw: bytes, label: str | None) -> str:
    """Bytes as text, whatever they are."""
    try:
        return decode(raw, label).text if raw else ""
    except UndecodableError:
        return raw.decode("ascii", "replace")


def unbase64(packed: bytes) -> bytes:
    """Base64 as it is found: foreign characters, lacking or early ends."""
    out: list[bytes] = []
    for run in re.split(b"=+", packed.translate(None, _NOT_BASE64)):
        whole = run[: len(run) - (len(run) % 4 == 1)]
        out.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(out)


def parsed(raw: bytes) -> Field:
    """A value with parameters; cut and encoded ones (RFC 2231) are made whole."""
    text = raw.decode("latin-1")
    value = text.partition(";")[0].strip()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, given in _PARAMETER.findall(text):
        name, given = name.lower(), _unquoted(given)
        if found := _PART.fullmatch(name):
            number = int(found[2] or 0)
            pieces.setdefault(found[1], {})[number] = (given, not found[2] or bool(found[3]))
        else:
            plain.setdefault(name, one_line(words(given.encode("latin-1"))))
    return Field(value, plain | {name: _joined(parts) for name, parts in pieces.items()})


def _unquoted(given: str) -> str:
    given = given.strip()
    if given.startswith('"'):
        return re.sub(r"\\(.)", r"\1", given[1:].removesuffix('"'), flags=re.S)
    return given


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """The pieces of a parameter; the first one that is encoded names the charset."""
    label, raw = "", b""
    for number, (given, encoded) in sorted(parts.items()):
        if encoded and number == 0 and given.count("'") >= 2:
            label, _, given = given.split("'", 2)
        raw += unquote_to_bytes(given) if encoded else given.encode("latin-1")
    return one_line(words(raw, label or None))


_ADDRESS = re.compile(rb"<[^<>]*>")
_COMMENT = re.compile(rb"\(([^()]*)\)")


def display_name(raw: bytes, charset: str | None = None) -> str | None:
    """The name of the first sender, without the address."""
    address = _ADDRESS.search(raw)
    if address:
        name = raw[: address.start()].strip()
    else:
        comment = _COMMENT.search(raw)
        name = comment[1] if comment else b""
    if name.startswith(b'"'):
        name = re.sub(rb"\\(.)", rb"\1", name[1:].split(b'"')[0], flags=re.S)
    found = one_line(words(name, charset)).strip("\"' ")
    return None if "@" in found else found or None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?P<day>\d{1,2})[ -]+(?P<month>[A-Za-z]{3})[a-z]*\.?[ -]+(?P<year>\d{2,4})"
    r"[ ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r" *(?P<zone>[+-]\d{4}|[A-Za-z]{1,4})?"
)
_ASCTIME = re.compile(
    r"(?P<month>[A-Za-z]{3}) +(?P<day>\d{1,2}) +(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2}))? +(?P<zone>[+-]\d{4}|[A-Z]{1,4})? *(?P<year>\d{4})"
)
_HOURS = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "jst": 9, "kst": 9}
_HOURS |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}


def iso_date(text: str | None) -> str | None:
    """A mail's date in ISO 8601, with its offset where it has one; None where it is no date."""
    found = _DATE.search(text or "") or _ASCTIME.search(text or "")
    if found is None or found["month"].lower() not in _MONTHS:
        return None
    year = int(found["year"])
    if len(found["year"]) < 4:  # RFC 2822, 4.3
        year += 2000 if year < 50 else 1900
    numbers = (int(found[name] or 0) for name in ("day", "hour", "minute", "second"))
    day, hour, minute, second = numbers
    month = _MONTHS.index(found["month"].lower()) + 1
    try:
        zone = _zone(found["zone"])
        return datetime(year, month, day, hour, minute, min(second, 59), 0, zone).isoformat()
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone | None:
    if text is None or text == "-0000":
        return None
    if text[0] in "+-":
        minutes = int(text[1:3]) * 60 + int(text[3:])
        return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
    hours = _HOURS.get(text.lower())
    return None if hours is None else timezone(timedelta(hours=hours))


def lines_of(data: bytes) -> Iterator[bytes]:
    """Lines without their ends."""
    return iter(data.replace(b"\r\n", b"\n").split(b"\n"))
