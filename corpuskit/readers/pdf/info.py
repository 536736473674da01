"""What a PDF says of itself, without what its producer filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from corpuskit.readers.xmltree import Element, parser

_LONGEST = 300
_MOST_XMP = 1 << 20
_XMP = re.compile(rb"<x:xmpmeta\b.{0,%d}?</x:xmpmeta>" % _MOST_XMP, re.S)
_DATE = re.compile(
    r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?\s*(Z|[+-]\d\d'?\d?\d?'?)?.{0,8}"
)
#: Titles that a program made up.
_NO_TITLE = re.compile(
    r"microsoft\s*(?:office\s*)?(?:word|powerpoint|excel|visio|publisher)\b.*"
    r"|(?:powerpoint|ppt)\s*(?:プレゼンテーション|presentation)|presentation\s*\d*"
    r"|(?:untitled|無題|名称未設定|no\s*title|タイトル(?:なし)?|title|新規|新しい).{0,30}"
    r"|(?:document|文書|スライド|slide|book|sheet|ブック|ページ|page|レイアウト|layout)\s*[_-]?\d*"
    r"|.*\.(?:docx?m?|xlsx?m?|pptx?m?|pdf|dvi|tex|ps|eps|indd|ai|qxd|jtdc?|od[tsp]|rtf|txt|html?"
    r"|tiff?|jpe?g|png|psd|xdw|dwg|cdr|fm|pm\d|vsd|mif)"
    r"|[\W\d_]*|file:.*|https?:.*|about:.*|[A-Za-z]:\\.*|.*(?:\ufffd|[\x00-\x08]).*",
    re.I | re.S,
)
_NO_AUTHOR = re.compile(
    r"(?:\w*admin(?:istrator)?|users?\d*|owner|guest|unknown|anonymous|default|root|author|me"
    r"|pc\W?\w*|[a-z]*\d{3,}\w*|ユーザー?|所有者|作成者|管理者|匿名|不明|利用者|[\W\d_]*)",
    re.I,
)
_NS = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


def about_pdf(document: Any, data: bytes) -> tuple[str | None, dict[str, Any]]:
    """Title, and what else is known, by column.

    The document information comes first; XMP fills what it leaves open. Titles and authors that
    programs fill in are left out.

    Args:
        document: a pypdfium2 document.
        data: the file, for its XMP packet.
    """
    info = document.get_metadata_dict()
    xmp = _xmp(data)
    title = _value(info.get("Title"), _NO_TITLE) or _value(xmp.get("title"), _NO_TITLE)
    about = {
        "author": _value(info.get("Author"), _NO_AUTHOR) or _value(xmp.get("author"), _NO_AUTHOR),
        "published": iso_date(info.get("CreationDate")) or iso_date(xmp.get("published")),
        "modified": iso_date(info.get("ModDate")) or iso_date(xmp.get("modified")),
        "language": _language(document),
        "producer": _value(info.get("Producer")),
        "creator": _value(info.get("Creator")),
        "subject": _value(info.get("Subject"), _NO_TITLE),
        "keywords": _value(info.get("Keywords")),
    }
    return title, {key: value for key, value in about.items() if value}


def _value(text: str | None, made_up: re.Pattern[str] | None = None) -> str | None:
    text = " ".join((text or "").replace("\0", "").split())[:_LONGEST]
    if not text or (made_up and made_up.fullmatch(text)):
        return None
    return text


def _language(document: Any) -> str | None:
    import ctypes

    import pypdfium2.raw as pdfium

    get = getattr(pdfium, "FPDFCatalog_GetLanguage", None)  # not in older builds
    if get is None:
        return None
    length = get(document.raw, None, 0)
    if not 2 < length < 100:
        return None
    buffer = ctypes.create_string_buffer(length)
    get(document.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    tag = buffer.raw.decode("utf-16-le", "replace").strip("\0 ")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", tag) else None


def iso_date(text: str | None) -> str | None:
    """A date of a PDF (``D:20170425151621+09'00'``) or of XMP, in ISO 8601; None if it is none."""
    text = (text or "").strip().replace("\0", "")
    found = _DATE.fullmatch(text)
    try:
        if not found:
            return datetime.fromisoformat(text).isoformat() if text[4:5] == "-" else None
        year, month, day, hour, minute, second, zone = found.groups()
        when = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0),
            int(second or 0),
        )  # fmt: skip
    except ValueError:
        return None
    if hour is None:
        return when.date().isoformat() if day else (f"{year}-{month}" if month else year)
    return when.isoformat() + _zone(zone)


def _zone(zone: str | None) -> str:
    if zone is None:
        return ""
    digits = re.sub(r"\D", "", zone)
    if not digits.strip("0"):
        return "Z" if zone == "Z" else "+00:00"
    return f"{zone[0]}{digits[:2]}:{(digits[2:] or '00'):0<2}"


def _xmp(data: bytes) -> dict[str, str]:
    """Title, author and dates of the last XMP packet; nothing where it is not well-formed."""
    start = data.rfind(b"<x:xmpmeta")
    found = _XMP.match(data, start) if start >= 0 else None
    if found is None:
        return {}
    try:
        root = etree.fromstring(found[0], parser())
    except (etree.XMLSyntaxError, ValueError):
        return {}
    return {key: value for key, value in _values(root) if value}


def _values(root: Element) -> Iterator[tuple[str, str | None]]:
    for key, path in (("title", "dc:title"), ("author", "dc:creator")):
        items = root.findall(f".//{path}//rdf:li", _NS)
        texts = [(item.text or "").strip() for item in items]
        yield key, "; ".join(filter(None, texts[:1] if key == "title" else texts))
    for key, name in (("published", "CreateDate"), ("modified", "ModifyDate")):
        tag = f"{{{_NS['xmp']}}}{name}"
        yield (
            key,
            next((e.text or e.get(tag) for e in root.iter() if e.tag == tag or e.get(tag)), None),
        )
