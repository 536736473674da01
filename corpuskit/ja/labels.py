"""Labels of encodings as files and servers write them, and the codecs that are meant."""

from __future__ import annotations

import codecs
import re

_LABELS = {
    "cp932": "shift_jis shiftjis sjis xsjis mskanji csshiftjis windows31j cswindows31j cp932 ms932",
    "euc_jp": "eucjp xeucjp ujis eucjpms cp51932 cseucpkdfmtjapanese",
    "shift_jis_2004": "shiftjis2004 shiftjisx0213",
    "euc_jis_2004": "eucjis2004 eucjisx0213",
    "iso2022_jp": "iso2022jp csiso2022jp cp50220 cp50221 jis",
    "utf-8": "utf8 utf16 unicode utf16le utf16be",  # a page that says so in ASCII is not UTF-16
    "gb18030": "gb2312 gbk gb18030 xgbk cp936",
    "cp950": "big5 xxbig5 big5hkscs",
    "cp949": "euckr ksc56011987 ksc5601 windows949 uhc",
}
_BY_LABEL = {word.replace("_", ""): name for name, row in _LABELS.items() for word in row.split()}


def codec_of(label: str | None) -> str | None:
    """The codec of a label, or None where it says nothing: unknown, or Latin by habit."""
    plain = re.sub(r"[^a-z0-9]", "", (label or "").lower())
    if plain in _BY_LABEL:
        return _BY_LABEL[plain]
    try:
        name = codecs.lookup(plain).name
    except (LookupError, UnicodeError):
        return None
    single = name.startswith(("iso8859", "cp125", "ascii", "koi8", "mac"))
    return name if single and name not in ("iso8859-1", "cp1252", "ascii") else None
