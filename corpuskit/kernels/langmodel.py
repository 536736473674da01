"""Language models of n-grams: texts as lines of symbols, and the probability of each line.

A model is a trie in arrays. Nodes of one length follow each other, sorted by their first n - 1
symbols and then by their last; node i's continuations are nodes `first[i]` to `first[i + 1]`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets, Words
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.hashing import xxh64
from corpuskit.kernels.utf8 import decode, is_white

Long = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

BLANK = 0x2581
"""The symbol of a run of white space between characters (▁)."""

BEGIN, END = np.int32(1), np.int32(2)


@kernel("int64(uint8[::1], int32[::1], boolean, uint64[::1], int64[::1], int64[::1], int64[::1])")
def line_symbols(
    data: Bytes, offsets: Offsets, words: bool, symbols: Words, ends: Long, lines: Long,
    characters: Long,
) -> Int:  # fmt: skip
    """Write the symbols of each line that is not blank; return how many lines there are.

    Args:
        data: the texts' bytes.
        offsets: their positions, n + 1.
        words: symbols are the XXH64 of what stands between white space, rather than code points
            with `BLANK` for each run of white space within a line.
        symbols: has room for all characters.
        ends: where each line's symbols end, with a leading 0; has room for all lines and one.
        lines: receives how many lines the first i texts have, n + 1.
        characters: receives the characters of each text without white space at the ends of
            lines, runs of it counted once, n.
    """
    to, line = 0, 0
    ends[0] = 0
    lines[0] = 0
    for text in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[text]), np.uint64(offsets[text + 1])
        characters[text] = 0
        start, open_word, gap, begun = at, False, False, False
        while at <= stop:
            here = at
            point: Int = np.int64(10)  # the end of the text ends its last line
            if at < stop:
                point, at = decode(data, at)
            else:
                at = stop + np.uint64(1)
            if is_white(point):
                if open_word and words:
                    symbols[to] = xxh64(data, np.int64(start), np.int64(here), np.uint64(0))
                    to += 1
                open_word, gap = False, begun
                if point == 10 and begun:
                    line += 1
                    ends[line] = to
                    gap, begun = False, False
                continue
            if not open_word:
                start, open_word = here, True
                characters[text] += gap
                if gap and not words:
                    symbols[to] = np.uint64(BLANK)
                    to += 1
            if not words:
                symbols[to] = np.uint64(point)
                to += 1
            characters[text] += 1
            gap, begun = False, True
        lines[text + 1] = line
    return line


@inline
def _child(first: Long, last: Int32, node: Int, symbol: Int) -> Int:
    """Return the node that continues `node` with the symbol, -1 if there is none."""
    low, high = first[node], first[node + 1]
    while low < high:
        middle = (low + high) >> 1
        if last[middle] < symbol:
            low = middle + 1
        else:
            high = middle
    if low < first[node + 1] and last[low] == symbol:
        return np.int64(low)
    return np.int64(-1)


@kernel(
    "void(int32[::1], int64[::1], int64, int64[::1], int32[::1], float32[::1], float32[::1],"
    " float64[::1])"
)
def score_lines(
    ids: Int32, ends: Long, order: Int, first: Long, last: Int32, logs: Floats, backoffs: Floats,
    out: Doubles,
) -> None:  # fmt: skip
    """Write the sum of log10 of the symbols' probabilities of each line, its end included.

    Args:
        ids: symbols of all lines.
        ends: where each line ends, lines + 1.
        order: length of the longest n-grams.
        first: where each node's continuations start, nodes + 1.
        last: last symbol of each node; unigrams come first, node i being symbol i.
        logs: log10 of the nodes' probabilities.
        backoffs: log10 of the nodes' backoff weights.
        out: receives the sums, lines.
    """
    context, found = np.full(order + 1, -1, np.int64), np.full(order + 1, -1, np.int64)
    for line in range(len(ends) - 1):
        for k in range(order + 1):
            context[k] = -1
        context[1] = np.int64(BEGIN)
        total = 0.0
        for at in range(ends[line], ends[line + 1] + 1):
            symbol = np.int64(ids[at]) if at < ends[line + 1] else np.int64(END)
            value = np.float64(logs[symbol])
            for k in range(1, order):  # contexts from the shortest to the longest
                found[k] = -1
                if context[k] >= 0:
                    found[k] = _child(first, last, context[k], symbol)
                    if found[k] >= 0:
                        value = np.float64(logs[found[k]])
                    else:
                        value += np.float64(backoffs[context[k]])
            total += value
            for k in range(order - 1, 1, -1):
                context[k] = found[k - 1]
            context[1] = symbol
        out[line] = total
