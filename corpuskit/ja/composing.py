"""Canonical composition (NFC) of the few texts that need more than dakuten put on kana."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes

Counts = npt.NDArray[np.int64]
Trace = npt.NDArray[np.int32]

_NAMES = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")


def compose(text: str) -> str:
    """Return the text in NFC, but with its CJK compatibility ideographs as they are."""
    if not _NAMES.search(text):
        return unicodedata.normalize("NFC", text)  # quick when there is nothing to do
    parts = _NAMES.split(text)
    parts[::2] = (unicodedata.normalize("NFC", part) for part in parts[::2])
    return "".join(parts)


def compose_marked(
    out: Bytes, ends: Counts, marked: npt.NDArray[np.bool_], changed: Counts, tracing: bool
) -> tuple[Bytes, Counts, Trace] | None:
    """Compose the marked texts; return bytes, offsets and trace, or None if nothing changed.

    Args:
        out: the texts' bytes.
        ends: their offsets, n + 1.
        marked: which of them to look at, n.
        changed: grows by the characters that composed, n.
        tracing: whether to return the trace (`corpuskit.kernels.trace`), else it has no rows.
    """
    parts: list[Bytes] = []
    traces: list[Trace] = []
    sizes, done = np.diff(ends), 0
    for text in np.flatnonzero(marked):
        start, stop = int(ends[text]), int(ends[text + 1])
        before = out[start:stop].tobytes().decode()
        after = compose(before)
        if after == before:
            continue
        changed[text] += max(1, len(before) - len(after))
        fresh = np.frombuffer(after.encode(), np.uint8)
        sizes[text] = len(fresh)
        parts += [out[done:start], fresh]
        if tracing:
            from corpuskit.kernels.edits import same  # compiled only where a map is asked for

            traces += [same(out, done, start), _composed(before, after, start)]
        done = stop
    if not parts:
        return None
    if tracing:
        from corpuskit.kernels.edits import same

        traces.append(same(out, done, len(out)))
    trace = np.concatenate([np.empty((0, 2), np.int32), *traces])
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    return np.concatenate([*parts, out[done:]]), offsets, trace


def _composed(before: str, after: str, start: int) -> Trace:
    """Trace of a text through NFC, by stretches that compose on their own."""
    rows: list[tuple[int, int, int]] = []
    at = start
    for stretch in _stretches(before):
        size = len(stretch.encode())
        rows.append((len(compose(stretch).encode()), at, at + size))
        at += size
    widths = np.array([row[0] for row in rows], np.int64)
    spans = np.array([row[1:] for row in rows], np.int32)
    if widths.sum() != len(after.encode()):  # never seen: the text then counts as one stretch
        widths, spans = np.array([len(after.encode())]), np.array([[start, at]], np.int32)
    return np.repeat(spans, widths, axis=0)


def _stretches(text: str) -> Iterator[str]:
    """Cut before every character that can't combine with one before it."""
    begin, followers = 0, _followers()
    for at in range(1, len(text)):
        if text[at] not in followers:
            yield text[begin:at]
            begin = at
    if text:
        yield text[begin:]


@cache
def _followers() -> frozenset[str]:
    """Characters that combine with those before them, or change places with them, in NFC."""
    found = {chr(point) for point in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    for point in (*range(0xA0, 0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE1000)):
        character = chr(point)
        decomposed = unicodedata.normalize("NFD", character)
        if unicodedata.combining(decomposed[0]):
            found.add(character)
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and parts[0][0] != "<":
            found.add(chr(int(parts[1], 16)))
    return frozenset(found)
