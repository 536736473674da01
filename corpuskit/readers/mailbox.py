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
#: A separator: after a blank line, or with a date; a header field follows.
_SEPARATOR = re.compile(
    rb"(?:(?<=\n\n)|(?<=\n\r\n)|(?<=\n)(?=From \S{1,200} +\w{3},? +\w{3} +\d{1,2} +\d{1,2}:\d\d))"
    rb"From [^\n]{1,1000}\n(?=>?From |[!-9;-~]{1,200}:)"
)
_ESCAPED = re.compile(rb"^>(>*From )", re.M)


def messages(unpacked: Unpacked, limit: int) -> Iterator[bytes | int]:
    """The messages of a mailbox, ``>From`` undone; of one over the limit its size.

    A message that the compressed stream breaks off in is left out: `unpacked` says so.
    """
    held, searched, dropped = b"", 1, 0
    for block in chain(unpacked.blocks(_BLOCK), [b""]):
        held += block
        begin, stop = 0, len(held) - _AHEAD if block else len(held)
        for found in _SEPARATOR.finditer(held, searched):
            if found.start() >= stop:
                break
            yield from _one(held[begin : found.start()], dropped, limit)
            begin, dropped = found.start(), 0
        searched = max(stop, begin + 1, searched) - begin
        held = held[begin:]
        if searched > limit + _BEFORE:
            dropped += searched - _BEFORE
            held, searched = held[searched - _BEFORE :], _BEFORE
    if unpacked.damage is None:
        yield from _one(held, dropped, limit)


def _one(message: bytes, dropped: int, limit: int) -> Iterator[bytes | int]:
    size = dropped + len(message)
    if size > limit:
        yield size
    elif message.strip():
        yield _ESCAPED.sub(rb"\1", message)
