"""The text of bytes in a given encoding, broken ones replaced; of pieces that end in a cut."""

from __future__ import annotations

import codecs

from corpuskit.ja.jis import EUC_ERRORS, decode_eucjp, decode_iso2022jp
from corpuskit.ja.likeness import REPLACEMENT


def read(raw: bytes, encoding: str) -> tuple[str, int]:
    """The text without a byte order mark, and how much of it was replaced."""
    if encoding == "euc_jp":
        text = decode_eucjp(raw)
    elif encoding == "iso2022_jp":
        text = decode_iso2022jp(raw)
    else:
        text = raw.decode(encoding, "replace").removeprefix("\ufeff")
    if encoding == "shift_jis_2004":
        text = _in_ascii(text)
    replaced = text.count(REPLACEMENT)
    if replaced and encoding.startswith("utf"):
        replaced -= raw.count(REPLACEMENT.encode(encoding))
    return text, max(0, replaced)


def lenient(window: bytes, encoding: str) -> tuple[str, int]:
    """The reading without a character that is cut at the end, and the bytes that there are of it.

    No effort is made where the encoding is far from fitting.
    """
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    if encoding == "euc_jp" and not _is_far(window):
        decoder = codecs.getincrementaldecoder(encoding)(EUC_ERRORS)
    text = decoder.decode(window)
    cut = len(decoder.getstate()[0])
    if encoding == "euc_jp" and decoder.errors == EUC_ERRORS:
        text, cut = _in_step(window, cut)
    return _in_ascii(text) if encoding == "shift_jis_2004" else text, cut


def _in_step(window: bytes, cut: int) -> tuple[str, int]:
    """EUC-JP back in step after a broken byte; what seems to be cut at the end may be that."""
    text = decode_eucjp(window)
    if cut and text.endswith(REPLACEMENT * cut):
        return text[:-cut], cut
    return text, 0


def _is_far(window: bytes) -> bool:
    """Whether more than every third character of EUC-JP would be broken; tells nothing if short."""
    if len(window) <= 256:
        return False
    text = window.decode("euc_jp", "replace")
    return text.count(REPLACEMENT) * 3 > len(text)


def _in_ascii(text: str) -> str:
    """Shift_JIS-2004 has JIS X 0201 in place of ASCII; what is written in it has ASCII."""
    return text.translate({0xA5: "\\", 0x203E: "~"})
