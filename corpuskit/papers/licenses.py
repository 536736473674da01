"""Licence expressions: what validators of SPDX take."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from corpuskit.papers.facts import NOASSERTION

_REF = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


@cache
def _licensing() -> Any:
    """The SPDX list of `license-expression`, or None where the extra `trust` isn't installed."""
    try:
        from license_expression import (  # type: ignore[import-untyped,unused-ignore]
            get_spdx_licensing,
        )
    except ImportError:
        return None
    return get_spdx_licensing()


def known_expression(text: str) -> bool:
    """Whether a text is an SPDX expression of listed ids and ``LicenseRef-`` names.

    Without `license-expression` (the extra `trust`) only a single ``LicenseRef-`` counts.
    """
    if text == NOASSERTION:
        return False
    licensing = _licensing()
    if licensing is None:
        return bool(_REF.fullmatch(text))
    try:
        parsed = licensing.parse(text, validate=False)
    except Exception:  # noqa: BLE001  its parser raises several unrelated classes
        return False
    if parsed is None:
        return False
    known = licensing.known_symbols
    return all(key in known or _REF.fullmatch(key) for key in licensing.license_keys(parsed))
