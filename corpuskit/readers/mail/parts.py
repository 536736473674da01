"""The parts of a mail (MIME), walked without recursion, and their contents."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpuskit.readers.layout import unwrapped
from corpuskit.readers.mail.words import Head, head, lines_of, unbase64
from corpuskit.readers.whole import Trouble

DEEPEST = 50
MOST_PARTS = 10_000
_LONGEST_BOUNDARY = 1000
_GUESS = re.compile(rb"\s{0,100}--([^\r\n]{1,200})\r?\n")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that has no parts of its own.

    Attributes:
        path: numbers of the parts it lies in and its own, such as ``2.1``; empty for the whole.
        head: its header fields.
        kind: media type, lower case.
        data: body, its transfer encoding undone.
        branches: the ``multipart/alternative`` that it lies in, outermost first, each with the
            number of its child.
    """

    path: str
    head: Head
    kind: str
    data: bytes
    branches: tuple[tuple[str, int], ...] = ()

    @property
    def charset(self) -> str | None:
        """The declared charset."""
        return self.head.field("content-type").parameters.get("charset") or None

    @property
    def file_name(self) -> str | None:
        """The name that it has as a file."""
        for field in ("content-disposition", "content-type"):
            parameters = self.head.field(field).parameters
            if name := parameters.get("filename") or parameters.get("name"):
                return name
        return None

    @property
    def inline(self) -> bool:
        """Whether it is to be shown with the message."""
        disposition = self.head.field("content-disposition").value.lower()
        return disposition != "attachment" and self.file_name is None


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    stop: int
    path: str
    default: str
    depth: int
    branches: tuple[tuple[str, int], ...]


def parts(message: bytes) -> Iterator[Part | Trouble]:
    """All parts in order; what is nested too deep or encrypted is a trouble.

    Args:
        message: from its first header field.
    """
    waiting = [_Span(0, len(message), "", "text/plain", 0, ())]
    count = 0
    while waiting:
        span = waiting.pop()
        fields, body = head(message, span.start, span.stop)
        kind = _kind(fields, span.default)
        place = f"part {span.path}" if span.path else "message"
        count += 1
        if count > MOST_PARTS:
            yield Trouble(place, "too_many_parts", f"more than {MOST_PARTS} parts")
            return
        if kind == "multipart/encrypted":
            yield Trouble(place, "encrypted", "the part is encrypted; decrypt it first")
            continue
        inner = _children(message, fields, kind, span, body) if kind[:10] == "multipart/" else []
        if inner and span.depth >= DEEPEST:
            yield Trouble(place, "too_deep", f"parts lie in one another more than {DEEPEST} deep")
        elif inner:
            waiting += reversed(inner)
        else:
            kind = "text/plain" if kind[:10] == "multipart/" else kind
            data = _unpacked(fields, message[body : span.stop])
            yield Part(span.path, fields, kind, data, span.branches)


def _kind(fields: Head, default: str) -> str:
    kind = fields.field("content-type").value.lower()
    if not _TYPE.fullmatch(kind):
        return "text/plain" if kind else default
    return kind


def _children(message: bytes, fields: Head, kind: str, span: _Span, body: int) -> list[_Span]:
    """Where the parts of a part are; none where its boundary is not to be found."""
    named = fields.field("content-type").parameters.get("boundary", "").encode("latin-1", "ignore")
    spans = _between(message, named, body, span.stop) if named else []
    if not spans and (guess := _GUESS.match(message, body, span.stop)):
        spans = _between(message, guess[1].rstrip(), body, span.stop)
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    prefix = f"{span.path}." if span.path else ""
    found = []
    for number, (start, stop) in enumerate(spans, start=1):
        branches = span.branches
        if kind == "multipart/alternative":
            branches = (*branches, (span.path, number))
        path = f"{prefix}{number}"
        found.append(_Span(start, stop, path, default, span.depth + 1, branches))
    return found


def _between(message: bytes, boundary: bytes, start: int, stop: int) -> list[tuple[int, int]]:
    """What stands between the lines of a boundary, to its last one or to the end."""
    boundary = boundary[:_LONGEST_BOUNDARY]
    line = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
    found: list[tuple[int, int]] = []
    open_at = -1
    for mark in line.finditer(message, start, stop):
        at = mark.start()
        if at > start and message[at - 1] != 0x0A:
            continue
        if open_at >= 0:
            end = at - 1 if at - 1 > open_at else at
            end -= message[end - 1 : end] == b"\r" and end > open_at
            found.append((open_at, max(open_at, end)))
        open_at = -1 if mark[1] else mark.end()
        if mark[1] or len(found) > MOST_PARTS:
            break
    if open_at >= 0:
        found.append((open_at, stop))
    return found


def _unpacked(fields: Head, body: bytes) -> bytes:
    """The body, its transfer encoding undone."""
    how = fields.raw("content-transfer-encoding").strip().lower().split(b";")[0].strip()
    if how == b"base64":
        return unbase64(body)
    if how == b"quoted-printable":
        return binascii.a2b_qp(body)
    if how in (b"x-uuencode", b"uuencode", b"x-uue"):
        return _unuuencoded(body)
    return body


def _unuuencoded(body: bytes) -> bytes:
    out: list[bytes] = []
    for line in lines_of(body):
        if line.startswith(b"begin ") or line in (b"", b"end", b"`"):
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:  # some programs write more characters than the line's length says
            size = ((line[0] - 32 & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:size]))
            except binascii.Error:
                continue
    return b"".join(out)


_QUOTED = re.compile(r"(>*)(.*)", re.S)
_SIGNATURE = "-- "


def unflowed(text: str, delete_space: bool) -> str:
    """Paragraphs of ``format=flowed`` (RFC 3676) on one line each."""
    out: list[str] = []
    held: list[str] = []
    depth = ""
    for line in text.split("\n"):
        found = _QUOTED.match(line)
        quoted, rest = (found[1], found[2]) if found else ("", line)
        rest = rest.removeprefix(" ")
        if held and (quoted != depth or rest == _SIGNATURE):
            out.append(_paragraph(depth, held, delete_space))
            held = []
        depth = quoted
        held.append(rest)
        if not rest.endswith(" ") or rest == _SIGNATURE:
            out.append(_paragraph(depth, held, delete_space))
            held = []
    if held:
        out.append(_paragraph(depth, held, delete_space))
    return "\n".join(out)


def _paragraph(depth: str, lines: list[str], delete_space: bool) -> str:
    if len(lines) == 1:
        text = lines[0]
    elif delete_space:
        text = "".join(line.removesuffix(" ") for line in lines[:-1]) + lines[-1]
    else:
        text = unwrapped("\n".join([*(line.removesuffix(" ") for line in lines[:-1]), lines[-1]]))
    return f"{depth} {text}" if depth else text
