"""What an old Office document says of itself: its property set (SummaryInformation)."""

from __future__ import annotations

import datetime
import struct
from typing import Any

from corpuskit.readers.office.compound import Compound
from corpuskit.readers.office.rtftokens import code_page
from corpuskit.readers.whole import UnreadableError

_NAMES = {2: "title", 3: "subject", 4: "author", 12: "published", 13: "modified"}
_MOST = 1000  # properties, and characters of one
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


def summary(compound: Compound) -> dict[str, Any]:
    """Title, author and dates. Only what is there; a damaged set says nothing."""
    try:
        raw = compound.get("\x05SummaryInformation")
        return dict(_properties(raw)) if raw else {}
    except (struct.error, UnreadableError):
        return {}


def _properties(raw: bytes) -> dict[str, Any]:
    (start,) = struct.unpack_from("<I", raw, 44)
    (count,) = struct.unpack_from("<I", raw, start + 4)
    places = {}
    for number in range(min(count, _MOST)):
        name, offset = struct.unpack_from("<II", raw, start + 8 + 8 * number)
        places[name] = start + offset
    encoding = "cp1252"
    if 1 in places:
        (page,) = struct.unpack_from("<H", raw, places[1] + 4)
        encoding = "utf-16-le" if page == 1200 else code_page(page) or encoding
    found: dict[str, Any] = {}
    for name, place in places.items():
        text = _value(raw, place, encoding) if name in _NAMES else None
        if text:
            found[_NAMES[name]] = text[:_MOST]
    return found


def _value(raw: bytes, place: int, encoding: str) -> str | None:
    kind, size = struct.unpack_from("<II", raw, place)
    if kind == 30:
        return raw[place + 8 : place + 8 + size].decode(encoding, "replace").split("\0")[0].strip()
    if kind == 31:
        return (
            raw[place + 8 : place + 8 + 2 * size]
            .decode("utf-16-le", "replace")
            .split("\0")[0]
            .strip()
        )
    if kind == 64:
        (ticks,) = struct.unpack_from("<Q", raw, place + 4)
        if 0 < ticks < 1 << 58:
            moment = _EPOCH + datetime.timedelta(microseconds=ticks // 10)
            return moment.replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    return None
