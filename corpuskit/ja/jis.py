"""Lenient decoders for EUC-JP and ISO-2022-JP as they are found, and JIS X 0213 cells.

Python's `euc_jp` and `iso2022_jp` know neither NEC's row 13 (①㈱) nor IBM's kanji (髙﨑), which
Windows and Unix programs have written in both for thirty years.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

_REPLACEMENT = "�"
_HANDLER = "corpuskit.eucjp_ms"


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
    return bytes((lead, trail)).decode("cp932", "ignore")


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
    found = _nec(first - 0xA0, second - 0xA0) if second >= 0xA1 else ""
    return (found, at + 2) if found else (_REPLACEMENT, at + 1)


codecs.register_error(_HANDLER, _extension)


def decode_eucjp(raw: bytes) -> str:
    """EUC-JP with the extensions of Windows (CP51932) and eucJP-ms; U+FFFD for broken bytes."""
    return raw.decode("euc_jp", _HANDLER)


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
_TO_JAPANESE = re.compile(rb"\x1b\$(?:[@B]|\([@BDOPQ])|\x1b\(I")


def has_escapes(raw: bytes) -> bool:
    """Whether there is an escape sequence of ISO-2022-JP that switches to Japanese."""
    return _TO_JAPANESE.search(raw) is not None


def decode_iso2022jp(raw: bytes) -> str:
    """ISO-2022-JP and its extensions; U+FFFD for broken bytes. A line end ends a mode."""
    parts: list[str] = []
    mode = "R"
    for at, piece in enumerate(_ESCAPE.split(raw)):
        if at % 2:
            mode = _MODES[piece]
            continue
        line, end, rest = (b"", b"", piece) if mode == "R" else piece.partition(b"\n")
        parts.append(_in_mode(line, mode))
        parts.append((end + rest).decode("ascii", "replace"))
    return "".join(parts)


def _in_mode(line: bytes, mode: str) -> str:
    runs = _RUN.split(line)
    runs[1::2] = [run.translate(_SET_HIGH) for run in runs[1::2]]
    texts = [run.decode("ascii", "replace") for run in runs]
    texts[1::2] = [_run(run, mode) for run in runs[1::2]]
    return "".join(texts)


def _run(run: bytes, mode: str) -> str:
    """A run of bytes A1 to FE in one of the Japanese modes."""
    if mode == "0":
        return decode_eucjp(run)
    if mode == "3":
        return run.decode("euc_jis_2004", "replace")
    if mode == "K":
        return "".join(chr(0xFEC0 + byte) if byte <= 0xDF else _REPLACEMENT for byte in run)
    shifted = b"".join(b"\x8f" + run[at : at + 2] for at in range(0, len(run), 2))
    return decode_eucjp(shifted) if mode == "2" else shifted.decode("euc_jis_2004", "replace")


def jis_cell(plane: int, row: int, cell: int) -> str:
    """The character or pair of JIS X 0213 at plane, row and cell; empty where there is none.

    Rows and cells count from 1 to 94. Some cells are two code points, such as か゚ (1-4-87).
    """
    if plane not in (1, 2) or not (1 <= row <= 94 and 1 <= cell <= 94):
        return ""
    raw = bytes((0xA0 + row, 0xA0 + cell))
    return (b"\x8f" * (plane - 1) + raw).decode("euc_jis_2004", "ignore")
