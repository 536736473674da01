"""The kept documents of one large cluster in bounded memory, and which others they remove.

What `resolve.resolve_clusters` does with everything in memory is done here slice by slice. Sets of
kept documents lie in a pool: the first few to stay for good, the others in a ring, in which the
latest overwrite the oldest. Up to a number of held documents a new one is compared with all of
them; beyond, with the first few, with those that share a band key and the guard (a hash table of
chains, the latest first, `CHAIN` of each), and with the first one that has a band key (for
templates), so that the work is linear in the documents.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bool, Int, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import fmix64
from corpuskit.kernels.resolve import (
    common_at_least,
    difference,
    needed_for,
    sketch_of,
    spare_for,
)

Positions = npt.NDArray[np.int64]

CHAIN = 128
"""Kept documents of one bucket and guard that a document is compared with, at most."""

FIRST = 64
"""Kept documents that are held for good, at most: half of the slots and half of the pool."""

HELD, PROTECTED, OLDEST, WRITE, RING, UNMEASURED, UNHELD = range(7)
"""Places in the state: documents held so far; how many of them for good (-1 while they still come);
the oldest of the others that is still there; where the pool is written and its ring starts;
documents that stayed though one with their key and guard could not be compared; kept documents
too large to be held."""

START, SIZE, DOC, STAMP = range(4)
"""Columns of the slots: place and size of the set, the document, the last one it was listed for."""

_PROBES = 8
_ENTRY_BITS = 43
_ENTRY = (1 << _ENTRY_BITS) - 1
_LAST = np.iinfo(np.int64).max


@inline
def _for_good(state: Positions) -> Int:
    return np.int64(state[HELD] if state[PROTECTED] < 0 else state[PROTECTED])


@inline
def _slot(state: Positions, number: Int, slots: Int) -> Int:
    """Return the slot of held document `number`, counted in the order they were kept."""
    good = _for_good(state)
    return number if number < good else good + (number - good) % (slots - good)


@inline
def _is_there(state: Positions, number: Int) -> Bool:
    return number < _for_good(state) or number >= state[OLDEST]


@inline
def _mixed(key: np.uint64, guard: np.uint64) -> np.uint64:
    return fmix64(key ^ fmix64(guard + np.uint64(1)))


@inline
def _place(key: np.uint64, table: Positions) -> Int:
    """Return the key's place in a table of 2^b: its top 32 bits, scaled."""
    return np.int64((key >> np.uint64(32)) * np.uint64(len(table)) >> np.uint64(32))


@inline
def _first_with(key: np.uint64, band: Int, held: Any) -> Int:
    """Return the place of the first held document with a key, else a free one, else -1."""
    slots, _, _, held_keys, _, _, firsts, state = held
    place = _place(key, firsts)
    free: Int = -1
    for _ in range(_PROBES):
        number = firsts[place]
        if number >= 0 and _is_there(state, number):
            if held_keys[_slot(state, number, len(slots)), band] == key:
                return place
        elif free < 0:
            free = place
        if number < 0:
            break
        place = (place + 1) % len(firsts)
    return free


@inline
def _add(
    number: Int, slot: Int, doc: Int, size: Int, mine: Words, limits: Any, held: Any,
    found: Positions, count: Int,
) -> Int:  # fmt: skip
    """List a held document once, if its size and sketch allow the bound; return how many are."""
    slots, sketches = held[0], held[1]
    if slots[slot, STAMP] != doc:
        slots[slot, STAMP] = doc
        spare = spare_for(slots[slot, SIZE], size, limits[0], limits[1])
        if abs(slots[slot, SIZE] - size) <= spare and difference(sketches[slot], mine) <= spare:
            found[count] = number
            count += 1
    return count


@inline
def _list(
    doc: Int, size: Int, guard: np.uint64, keys: Words, mine: Words, limits: Any, held: Any,
    found: Positions,
) -> tuple[Int, Bool]:  # fmt: skip
    """List what a document is compared with; say also whether something could not be looked at."""
    slots, _, held_guards, held_keys, links, recent, firsts, state = held
    bands = len(keys)
    missed = False
    count: Int = 0
    for good in range(_for_good(state)):
        count = _add(good, good, doc, size, mine, limits, held, found, count)
    for band in range(bands):
        place = _first_with(keys[band], band, held)
        number = np.int64(firsts[place] if place >= 0 else -1)
        if number >= 0 and _is_there(state, number):
            slot = _slot(state, number, len(slots))
            count = _add(number, slot, doc, size, mine, limits, held, found, count)
        mixed = _mixed(keys[band], guard)
        mark = np.int64(mixed & np.uint64(0xFFFFF))
        link = recent[_place(mixed, recent)]
        last, seen, steps = np.int64(_LAST), 0, 0
        while link >= 0 and (link & _ENTRY) < last:
            last = link & _ENTRY
            number = last // bands
            same = (link >> _ENTRY_BITS) == mark
            if not _is_there(state, number) or steps == 4 * CHAIN or seen == CHAIN:
                missed = missed or same
                break
            slot = _slot(state, number, len(slots))
            if same and held_keys[slot, band] == keys[band] and held_guards[slot] == guard:
                seen += 1
                count = _add(number, slot, doc, size, mine, limits, held, found, count)
            steps += 1
            link = links[slot, last % bands]
    found[:count].sort()
    return count, missed


@inline
def _room(size: Int, pool: Words, slots: Positions, state: Positions) -> Int:
    """Make room for a set in the pool: return where, or -1 if it is too large."""
    if state[PROTECTED] < 0:
        most = min(FIRST, len(slots) // 2)
        if state[HELD] < most and state[WRITE] + size <= len(pool) // 2:
            return np.int64(state[WRITE])
        state[PROTECTED] = state[OLDEST] = state[HELD]
        state[RING] = state[WRITE]
    if state[RING] + size > len(pool):
        return -1
    at = np.int64(state[WRITE])
    if at + size > len(pool):
        while state[OLDEST] < state[HELD] and (
            slots[_slot(state, state[OLDEST], len(slots)), START] >= at
        ):
            state[OLDEST] += 1
        at = np.int64(state[RING])
    while state[OLDEST] < state[HELD]:
        start = slots[_slot(state, state[OLDEST], len(slots)), START]
        full = state[HELD] - state[OLDEST] >= len(slots) - state[PROTECTED]
        if not full and not at <= start < at + size:
            break
        state[OLDEST] += 1
    return at


@inline
def _hold(
    doc: Int, values: Words, start: Int, size: Int, guard: np.uint64, keys: Words, mine: Words,
    pool: Words, held: Any,
) -> None:  # fmt: skip
    """Hold a kept document, so that later ones can be compared with it."""
    slots, sketches, held_guards, held_keys, links, recent, firsts, state = held
    at = _room(size, pool, slots, state)
    if at < 0:
        state[UNHELD] += 1
        return
    number = state[HELD]
    slot = _slot(state, number, len(slots)) if state[PROTECTED] >= 0 else number
    state[HELD] += 1
    state[WRITE] = at + size
    for j in range(size):
        pool[at + j] = values[start + j]
    slots[slot, START], slots[slot, SIZE] = at, size
    slots[slot, DOC], slots[slot, STAMP] = doc, -1
    held_guards[slot] = guard
    for word in range(len(mine)):
        sketches[slot, word] = mine[word]
    for band in range(len(keys)):
        held_keys[slot, band] = keys[band]
        place = _first_with(keys[band], band, held)
        if place >= 0 and (firsts[place] < 0 or not _is_there(state, firsts[place])):
            firsts[place] = number
        mixed = _mixed(keys[band], guard)
        place = _place(mixed, recent)
        links[slot, band] = recent[place]
        mark = np.int64(mixed & np.uint64(0xFFFFF)) << _ENTRY_BITS
        recent[place] = mark | (number * len(keys) + band)


@kernel(
    "void(uint64[::1], int64[::1], uint64[::1], uint64[:,::1], int64, int64, float64, int64, int64,"
    " uint64[::1], int64[:,::1], uint64[:,::1], uint64[::1], uint64[:,::1], int64[:,::1],"
    " int64[::1], int64[::1], int64[::1], int64[:,::1], uint8[:,::1])"
)
def resolve_slice(
    values: Words,
    bounds: Positions,
    guards: Words,
    keys: Words,
    first: Int,
    fixed: Int,
    bound: float,
    measure: Int,
    exact: Int,
    pool: Words,
    slots: Positions,
    sketches: Words,
    held_guards: Words,
    held_keys: Words,
    links: Positions,
    recent: Positions,
    firsts: Positions,
    state: Positions,
    out: Positions,
    hits: npt.NDArray[np.uint8],
) -> None:
    """Resolve the next slice of a cluster, in the order of `resolve.resolve_clusters`.

    Args:
        values, bounds: sorted sets of the slice's n documents.
        guards: a hash of each one's guard, `uint64[n]`.
        keys: band keys, `uint64[n, bands]`.
        first: place in the cluster of the slice's first document.
        fixed: leading documents of the cluster that are kept unseen.
        bound, measure: see `resolve`.
        exact: held documents up to which all of them are compared.
        pool: room for sets.
        slots, sketches, held_guards, held_keys, links: of W held documents: `int64[W, 4]`,
            `uint64[W, 2^k]`, `uint64[W]`, `uint64[W, bands]`, `int64[W, bands]`.
        recent, firsts: hash tables, -1 where empty.
        state: `int64[7]`, 0 but for -1 at `PROTECTED`.
        out: kept document, intersection, template, intersection, as `resolve_clusters` writes
            them but by place in the cluster: `int64[n, 4]`.
        hits: 1 for each band whose key a removed document shares with the kept one.
    """
    held = (slots, sketches, held_guards, held_keys, links, recent, firsts, state)
    limits = (bound, measure)
    mine = np.empty(sketches.shape[1], np.uint64)
    found = np.empty(min(len(slots), FIRST + keys.shape[1] * (CHAIN + 1)) + 1, np.int64)
    for d in range(len(guards)):
        out[d, 0], out[d, 1], out[d, 2], out[d, 3] = -1, 0, -1, 0
        doc, start, size = first + d, bounds[d], bounds[d + 1] - bounds[d]
        if size == 0:
            continue
        sketch_of(values, start, start + size, mine)
        good = _for_good(state)
        dropped = state[PROTECTED] >= 0 and state[OLDEST] > good
        ring = state[HELD] - state[OLDEST] if state[PROTECTED] >= 0 else 0
        count: Int = 0
        missed: Bool = False
        keyed = good + ring > exact
        if doc >= fixed:
            if keyed or dropped:
                count, missed = _list(doc, size, guards[d], keys[d], mine, limits, held, found)
            if not keyed:
                count = good + ring
        for i in range(count):
            later = np.int64(i if i < good else state[OLDEST] + i - good)
            number = found[i] if keyed else later
            slot = _slot(state, number, len(slots))
            same = held_guards[slot] == guards[d]
            if not same and out[d, 2] >= 0:
                continue
            other = slots[slot, SIZE]
            spare = spare_for(other, size, bound, measure)
            if abs(other - size) > spare or difference(sketches[slot], mine) > spare:
                continue
            needed = needed_for(other, size, bound, measure)
            common = common_at_least(pool, slots[slot, START], other, values, start, size, needed)
            if common < 0:
                continue
            if same:
                out[d, 0], out[d, 1] = slots[slot, DOC], common
                for band in range(keys.shape[1]):
                    hits[d, band] = held_keys[slot, band] == keys[d, band]
                break
            out[d, 2], out[d, 3] = slots[slot, DOC], common
        if out[d, 0] < 0:
            state[UNMEASURED] += missed
            _hold(doc, values, start, size, guards[d], keys[d], mine, pool, held)
