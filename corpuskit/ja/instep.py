"""Brings EUC-JP back in step: a broken byte can make all of the line one byte out of step.

The characters of a line are pairs of bytes, and nothing marks where one begins. A byte that was
ASCII and is not any more, or half of a character that became ASCII, leaves an odd byte, and what
comes after is read as rare kanji. The place where a byte or two are best left out is looked for.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from corpuskit.ja.likeness import bits_each, weigh

#: Longest run of bytes that is looked at, from its end or as a whole.
LONGEST = 1024
#: Bits that the reading must gain, where half a character that is cut off may explain the odd byte
#: at the end of all, and where nothing does.
_AT_END, _WITHIN = 7.0, 1.0
#: Bits that a slip within a run must gain beyond that: there are many places for one.
_ANYWHERE = 6.0
#: Most bytes that are left out: a character of three.
_LEFT_OUT = 3

_CHARACTER = re.compile(rb"\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2}|.", re.S)
#: Whole characters of a run.
_HALVES = re.compile(rb"(?:\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2})*")


def in_step(found: bytes, last: bool, errors: str) -> bytes:
    """A run of high bytes; a byte that is out of step is made an error of its own (FF).

    Args:
        found: bytes of EUC-JP between ASCII.
        last: whether it ends the text, where half a character may have been cut off.
        errors: name of the error handler of the decoder, which makes FF one U+FFFD.
    """
    whole = _HALVES.match(found)
    odd = whole is None or whole.end() < len(found)
    if len(found) < 3 or not (odd or last):
        return found
    plain = found.decode("euc_jp", errors)
    bits = weigh(plain).bits
    first = b"\xff" + found[1:]
    # Half a character at the end of all is a cut, which is likelier than a broken byte before.
    need = _AT_END if last else _WITHIN
    gains = [(bits - weigh(first.decode("euc_jp", errors)).bits - need, first)]
    if len(found) <= LONGEST:
        slip = _best_slip(found, errors)
        gains.append((bits - weigh(slip.decode("euc_jp", errors)).bits - need - _ANYWHERE, slip))
    gain, best = max(gains, key=lambda pair: pair[0])
    return best if gain > 0 else found


def _best_slip(found: bytes, errors: str) -> bytes:
    """The run with those one to three bytes as errors without which it is likeliest."""
    starts, bits = _read(found, 0, errors)
    before = np.full(len(found) + 1, np.inf)
    before[starts] = np.cumsum(bits) - bits
    after = np.full(len(found) + _LEFT_OUT + 1, np.inf)
    for pieces in (_read(found, 0, errors), _read(found, 1, errors), _pairs(found, 0, errors),
                   _pairs(found, 1, errors)):  # fmt: skip
        begins, cost = pieces
        np.minimum.at(after, begins, np.cumsum(cost[::-1])[::-1])
    after[len(found)] = 0
    size = len(found)
    costs = [before[:size] + after[skip : size + skip] for skip in range(1, _LEFT_OUT + 1)]
    least = int(np.argmin(np.concatenate(costs)))
    skip, at = divmod(least, size)
    return found[:at] + b"\xff" * (skip + 1) + found[at + skip + 1 :]


_Pieces = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


def _read(found: bytes, start: int, errors: str) -> _Pieces:
    """Where the characters of a run begin if it is read from a byte on, and the bits of each."""
    return _weighed(_CHARACTER.findall(found, start), start, errors)


def _pairs(found: bytes, start: int, errors: str) -> _Pieces:
    """The same, with every character of two bytes: 8F and 8E are broken bytes."""
    plain = found.replace(b"\x8f", b"\xff").replace(b"\x8e", b"\xff")
    return _weighed([plain[at : at + 2] for at in range(start, len(found), 2)], start, errors)


def _weighed(pieces: list[bytes], start: int, errors: str) -> _Pieces:
    text = "".join(piece.decode("euc_jp", errors)[0] for piece in pieces)
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
    return start + np.cumsum(lengths) - lengths, bits_each(text)
