"""What a record says of itself: columns, else the fields of its `meta` that are called the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

#: Fields of a record that are taken where the column is null; tables keep all of theirs in `meta`.
NAMES: Mapping[str, tuple[str, ...]] = {
    "url": ("url",),
    "title": ("title",),
    "author": ("author", "creator"),
    "publisher": ("publisher",),
    "published": ("published", "issued", "date"),
}


def object_of(value: str | None) -> dict[str, Any]:
    """An object in JSON; empty where there is none."""
    if not value:
        return {}
    try:
        found = msgspec.json.decode(value)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def said(column: str, value: str | None, meta: Mapping[str, Any]) -> str | None:
    """A column's value, else the first text field of `meta` that has one of its `NAMES`."""
    if value is not None:
        return value
    texts = (meta.get(name) for name in NAMES[column])
    return next((text for text in texts if isinstance(text, str) and text.strip()), None)
