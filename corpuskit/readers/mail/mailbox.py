"""Mailboxes in the MBOX format, read as a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from corpuskit.readers.compression import Unpacked

_BLOCK = 4 << 20
#: Bytes that are held back: a separator and the header field after it may be cut by a block.
_AHEAD = 16 << 10
_BEFORE = 8
#: A separator is followed by a header field; it stands after a blank line, or has a date.
_SEPARATOR = re.compile(rb"From [^\n]{1,1000}\n(?=>?From |[!-9;-~]{1,200}:)")
_DATED = re.compile(rb"From \S{1,200} +\w{3},? +\w{3} +\d{1,2} +\d{1,2}:\d\d")
_ESCAPED = re.compile(rb"^>(>*From )", re.M)


def messages(unpacked: Unpacked, limit: int) -> Iterator[bytes | int]:
    """The messages of a mailbox, ``>From`` undone; of one over the limit its size.

    A message that the compressed stream breaks off in is left out: `unpacked` says so.
    """
    held, searched, dropped = b"", 1, 0
    for block in chain(unpacked.blocks(_BLOCK), [b""]):
        held += block
        begin, stop = 0, max(0, len(held) - _AHEAD) if block else len(held)
        for at in _separators(held, searched, stop):
            yield from _one(held[begin:at], dropped, limit)
            begin, dropped = at, 0
        searched = max(stop, begin + 1, searched) - begin
        held = held[begin:]
        if searched > limit + _BEFORE:
            dropped += searched - _BEFORE
            held, searched = held[searched - _BEFORE :], _BEFORE
    if unpacked.damage is None:
        yield from _one(held, dropped, limit)


def _separators(held: bytes, start: int, stop: int) -> Iterator[int]:
    """Where messages begin, from the byte at `start` on."""
    at = held.find(b"\nFrom ", start - 1, stop + 5)
    while at >= 0:
        blank = held[max(0, at - 2) : at].replace(b"\r", b"").endswith(b"\n")
        if _SEPARATOR.match(held, at + 1) and (blank or _DATED.match(held, at + 1)):
            yield at + 1
        at = held.find(b"\nFrom ", at + 1, stop + 5)


def _one(message: bytes, dropped: int, limit: int) -> Iterator[bytes | int]:
    size = dropped + len(message)
    if size > limit:
        yield size
    elif message.strip():
        yield _ESCAPED.sub(rb"\1", message) if b"\n>" in message else message
