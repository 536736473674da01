"""Dates as documents write them, as ISO 8601; what is no date is none."""

from __future__ import annotations

import datetime
import re
import unicodedata
from email.utils import parsedate_tz

#: The year before each era's first.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ISO = re.compile(r"^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?=$|[T\s(（+Z])")
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?=$|T|\d{6}$)")
_JAPANESE = re.compile(
    r"^(?:西暦)?(?:(\d{4})|(明治|大正|昭和|平成|令和)\s?(\d{1,2}|元))\s?年"
    r"(?:\s?(\d{1,2})\s?月(?:\s?(\d{1,2})\s?日)?)?"
)


def iso(written: str | None) -> str | None:
    """A date as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, as exact as it was written; else None.

    Known forms: ISO 8601, 2021/3/4, 2021年3月4日, with eras (令和3年3月4日), that of mail and
    HTTP. The time of day is left out, as is its zone.
    """
    text = unicodedata.normalize("NFKC", written or "").strip()
    if found := _ISO.match(text) or _COMPACT.match(text):
        return _checked(*found.groups())
    if found := _JAPANESE.match(text):
        year, era, number, month, day = found.groups()
        if era:
            year = str(_ERAS[era] + (1 if number == "元" else int(number)))
        return _checked(year, month, day)
    parts = parsedate_tz(text) if "," in text else None
    return _checked(*(str(part) for part in parts[:3])) if parts else None


def _checked(year: str, month: str | None, day: str | None) -> str | None:
    try:
        whole = datetime.date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole[: 10 if day else 7 if month else 4]


def as_text(value: object) -> object:
    """What YAML reads as a date or a number, as text again; for fields that hold text."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
