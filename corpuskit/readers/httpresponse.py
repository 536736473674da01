"""HTTP responses that were stored with their head, such as ``curl -i`` writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_START = re.compile(rb"HTTP/\d(?:\.\d)? \d{3}\b")
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST = 65_536  # bytes of a head
_MOST = 20  # responses after redirects
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


@dataclass(frozen=True, slots=True)
class Response:
    """A response taken apart.

    Attributes:
        headers: by name, lower case; repeated ones joined by a comma.
        body: the bytes after the head.
    """

    headers: dict[str, str]
    body: bytes

    @property
    def charset(self) -> str | None:
        """What the content type says of the encoding."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1] if found else None


def response(data: bytes) -> Response | None:
    """The last response at the start of a file (after redirects), or None where there is none."""
    found: Response | None = None
    for _ in range(_MOST):
        if not _START.match(data):
            break
        end = _END.search(data, 0, _LONGEST)
        if end is None:
            break
        found = Response(_headers(data[: end.start()]), data[end.end() :])
        data = found.body
    return found


def is_page(head: bytes) -> bool:
    """Whether a file starts with a response that is HTML by its content type."""
    if not _START.match(head):
        return False
    found = response(head)
    return found is not None and "html" in found.headers.get("content-type", "").lower()


def _headers(head: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if colon and name.strip():
            key, value = name.strip().lower(), value.strip()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
