"""Lenient decoders for EUC-JP and ISO-2022-JP as they are found, and JIS X 0213 cells.

Python's `euc_jp` and `iso2022_jp` know neither NEC's row 13 (①㈱) nor IBM's kanji (髙﨑), which
Windows and Unix programs have written in both for thirty years.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from itertools import islice

from corpuskit.ja.instep import LONGEST, in_step
from corpuskit.ja.likeness import REPLACEMENT as _REPLACEMENT
from corpuskit.ja.likeness import weigh

#: Name of the error handler that reads the extensions of EUC-JP.
EUC_ERRORS = "corpuskit.eucjp_ms"


@cache
def _ibm_in_eucjp() -> str:
    """The 106 characters of eucJP-ms at 8F F3F3 to 8F F4FE, in order.

    They are IBM's extensions (CP932 FA40 to FC4B) that JIS X 0212 lacks, without ￢ and ￤, with
    №. Checked against glibc's EUC-JP-MS.
    """
    found = []
    for lead in (0xFA, 0xFB, 0xFC):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            text = bytes((lead, trail)).decode("cp932", "ignore")
            if text and text not in "￢￤" and (text == "№" or not text.encode("euc_jp", "ignore")):
                found.append(text)
    return "".join(found)


def _nec(row: int, cell: int) -> str:
    """A cell of NEC's rows 13 and 89 to 92, through CP932; or an empty string."""
    if row not in (13, 89, 90, 91, 92) or not 1 <= cell <= 94:
        return ""
    half = (row - 1) // 2
    lead = half + (0x81 if half < 31 else 0xC1)
    trail = cell + (0x9E if row % 2 == 0 else 0x3F if cell < 64 else 0x40)
    text = bytes((lead, trail)).decode("cp932", "replace")
    return text if len(text) == 1 and text != _REPLACEMENT else ""


def _extension(error: UnicodeError) -> tuple[str, int]:
    """Error handler: NEC and IBM cells where there is one, else U+FFFD for one byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    raw, at = error.object, error.start
    first, second, third = (*raw[at : at + 3], 0, 0, 0)[:3]
    if first == 0x8F and 0xF3 <= second <= 0xF4 and third >= 0xA1:
        place = (second - 0xF3) * 94 + third - 0xF3
        if 0 <= place < len(_ibm_in_eucjp()):
            return _ibm_in_eucjp()[place], at + 3
    if not 0xA1 <= first <= 0xFE or not 0xA1 <= second <= 0xFE:
        return _REPLACEMENT, at + 1
    return _nec(first - 0xA0, second - 0xA0) or _REPLACEMENT, at + 2


codecs.register_error(EUC_ERRORS, _extension)


#: Whole characters, and a byte too many at either end: one whose other half is broken.
_HIGH = re.compile(rb"(?:\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe])+")


def decode_eucjp(raw: bytes) -> str:
    """EUC-JP with the extensions of Windows (CP51932) and eucJP-ms; U+FFFD for broken bytes."""
    try:
        text = raw.decode("euc_jp")
    except UnicodeDecodeError:
        return _HIGH.sub(_in_step, raw).decode("euc_jp", EUC_ERRORS)
    last = _LAST.search(raw[-LONGEST:])
    if last is None or len(last[0]) == LONGEST:
        return text
    # The last run may be out of step and still end well: half a character is cut off there.
    at = len(raw) - len(last[0])
    end = _HIGH.sub(_in_step, raw[at:])
    return text if end == raw[at:] else (raw[:at] + end).decode("euc_jp", EUC_ERRORS)


_LAST = re.compile(rb"(?<![\x80-\xff])[\x80-\xff]+\Z")


def _in_step(run: re.Match[bytes]) -> bytes:
    return in_step(run[0], run.end() == len(run.string), EUC_ERRORS)


#: Escape sequences: what they switch to. R: one byte; K: half-width kana; 0, 2, 3, 4: JIS X 0208,
#: 0212, 0213 plane 1, 0213 plane 2 (ISO-2022-JP, -1, -3, -2004; JIS X 0202).
_MODES = {
    b"\x1b(B": "R",
    b"\x1b(J": "R",
    b"\x1b(H": "R",
    b"\x1b(I": "K",
    b"\x1b$@": "0",
    b"\x1b$B": "0",
    b"\x1b$(@": "0",
    b"\x1b$(B": "0",
    b"\x1b&@\x1b$B": "0",
    b"\x1b$(D": "2",
    b"\x1b$(O": "3",
    b"\x1b$(Q": "3",
    b"\x1b$(P": "4",
}
_ESCAPE = re.compile(b"(" + b"|".join(map(re.escape, sorted(_MODES, key=len, reverse=True))) + b")")
_RUN = re.compile(rb"([\x21-\x7e]+)")
_SET_HIGH = bytes(byte | 0x80 for byte in range(256))
TO_JAPANESE = re.compile(rb"\x1b\$(?:[@B]|\([@BDOPQ])|\x1b\(I")
#: What is left of an escape sequence when one of its three bytes is broken; and what may follow.
_LOST_START = re.compile(rb"(?=([^\n]\$[@B]|\x1b[^\n][@B]|\x1b\$[^\n])(?:[\x21-\x7e]{2})+)", re.S)
_LOST_END = re.compile(rb"(?=([^\n]\([BJ]|\x1b[^\n][BJ]|\x1b\([^\n]))", re.S)
#: Places that are tried for a lost sequence; more are a sign of something else.
_TRIED = 16
#: Bytes of a line that may have one.
_LONGEST = 4096


def has_escapes(raw: bytes) -> bool:
    """Whether there is an escape sequence of ISO-2022-JP that switches to Japanese."""
    return TO_JAPANESE.search(raw) is not None


def decode_iso2022jp(raw: bytes) -> str:
    """ISO-2022-JP and its extensions; U+FFFD for broken bytes. A line end ends a mode.

    An escape sequence that lacks one byte is found by its neighbour, which then switches to where
    the text is already, or is not there at all.
    """
    parts: list[str] = []
    mode, before = "R", ""
    pieces = _ESCAPE.split(raw)
    for at, piece in enumerate(pieces):
        if at % 2:
            mode, before = _MODES[piece], mode
            continue
        following = _MODES[pieces[at + 1]] if at + 1 < len(pieces) else ""
        if mode == "R":
            japanese = following in ("R", "")
            again = before == "R" and following == "R"
            parts.append(_start_lost(piece, again) if japanese else _ascii(piece))
            continue
        line, end, rest = piece.partition(b"\n")
        lost = end or following != "R"
        parts.append(_end_lost(line, mode) if lost else _in_mode(line, mode))
        parts.append(_ascii(end) + _line_lost(rest, mode, following))
    return "".join(parts)


def _line_lost(rest: bytes, mode: str, following: str) -> str:
    """What follows a line end within Japanese: Japanese if the line end was a broken byte.

    The mode ends with a line, so nothing but ASCII should follow, and no switch to it.
    """
    line, end, more = rest.partition(b"\n")
    plain = _ascii(line)
    if following not in ("R", "") or not line or len(line) > _LONGEST:
        return _ascii(rest)
    text = min((_in_mode(line, mode), _in_mode(line[1:], mode)), key=_bits)
    better = weigh(text).bits + _LOST_BITS < weigh(plain).bits
    return (text if better else plain) + _ascii(end + more)


def _bits(text: str) -> float:
    return weigh(text).bits


def _ascii(piece: bytes) -> str:
    return piece.decode("ascii", "replace")


def _start_lost(piece: bytes, again: bool) -> str:
    """ASCII that is followed by a switch to ASCII: its end may be Japanese, its start lost.

    Args:
        piece: between two escape sequences, or after the last one.
        again: it is between two switches to ASCII, and the first may have been another.
    """
    line = piece.rfind(b"\n") + 1
    if len(piece) - line > _LONGEST or not (again or _LOST_START.search(piece, line)):
        return _ascii(piece)
    plain = _ascii(piece[line:])
    tries = [
        _ascii(piece[line : found.start(1)]) + _in_mode(piece[found.end(1) :], "0")
        for found in islice(_LOST_START.finditer(piece, line), _TRIED)
    ]
    if again and not line:
        tries.append(_in_mode(piece, "0"))
    best = min(tries, key=_bits, default=plain)
    better = weigh(best).bits + _LOST_BITS < weigh(plain).bits
    return _ascii(piece[:line]) + (best if better else plain)


def _end_lost(line: bytes, mode: str) -> str:
    """Japanese that nothing ends: after a broken sequence it may be ASCII."""
    if len(line) > _LONGEST or not _LOST_END.search(line):
        return _in_mode(line, mode)
    plain = _in_mode(line, mode)
    best, least = plain, weigh(plain).bits - _LOST_BITS
    for found in islice(_LOST_END.finditer(line), _TRIED):
        text = _in_mode(line[: found.start(1)], mode) + _ascii(line[found.end(1) :])
        bits = weigh(text).bits
        if bits < least:
            best, least = text, bits
    return best


#: Bits that a text must gain before a broken escape sequence is believed.
_LOST_BITS = 12


def _in_mode(line: bytes, mode: str) -> str:
    """A line in one of the Japanese modes; a broken byte may be half of a character."""
    pieces = _RUN.split(line)
    texts = [_ascii(pieces[0])]
    for run, other in zip(pieces[1::2], pieces[2::2], strict=True):
        texts.append(_aligned(run.translate(_SET_HIGH), mode, texts[-1]))
        texts.append(_ascii(other))
        if mode != "K" and len(run) % 2 and other and texts[-2].endswith(_REPLACEMENT):
            texts[-1] = texts[-1][1:]  # the broken byte was the other half
    return "".join(texts)


def _aligned(run: bytes, mode: str, before: str) -> str:
    """A run of bytes A1 to FE; one that follows a broken byte may start with half a character."""
    text = _run(run, mode)
    if mode == "K" or not before or not len(run) % 2:
        return text
    other = _run(run[1:], mode)
    return other if weigh(other).bits < weigh(text).bits else text


def _run(run: bytes, mode: str) -> str:
    """A run of bytes A1 to FE in one of the Japanese modes."""
    if mode == "0":
        return run.decode("euc_jp", EUC_ERRORS)
    if mode == "3":
        return run.decode("euc_jis_2004", "replace")
    if mode == "K":
        return "".join(chr(0xFEC0 + byte) if byte <= 0xDF else _REPLACEMENT for byte in run)
    shifted = b"".join(b"\x8f" + run[at : at + 2] for at in range(0, len(run), 2))
    if mode == "2":
        return shifted.decode("euc_jp", EUC_ERRORS)
    return shifted.decode("euc_jis_2004", "replace")


def jis_cell(plane: int, row: int, cell: int) -> str:
    """The character or pair of JIS X 0213 at plane, row and cell; empty where there is none.

    Rows and cells count from 1 to 94. Some cells are two code points, such as か゚ (1-4-87).
    """
    if plane not in (1, 2) or not (1 <= row <= 94 and 1 <= cell <= 94):
        return ""
    raw = bytes((0xA0 + row, 0xA0 + cell))
    return (b"\x8f" * (plane - 1) + raw).decode("euc_jis_2004", "ignore")
