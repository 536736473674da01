"""Entities of DocBook, whose declarations lie in other files: what each is replaced with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.entities import html5
from xml.sax.saxutils import escape, quoteattr

#: Headings of the PHP manual, which writes them as entities; a section would be without its own.
_TITLES = {
    "authors": "著者",
    "changelog": "変更履歴",
    "classsynopsis": "クラス概要",
    "constants": "定義済み定数",
    "description": "説明",
    "enumsynopsis": "列挙概要",
    "errors": "エラー / 例外",
    "examples": "例",
    "install": "インストール手順",
    "interfacesynopsis": "インターフェイス概要",
    "intro": "はじめに",
    "notes": "注意",
    "parameters": "パラメータ",
    "properties": "プロパティ",
    "required": "要件",
    "resources": "リソース型",
    "returnvalues": "戻り値",
    "runtime": "実行時設定",
    "seealso": "参考",
    "setup": "インストール/設定",
}
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]*(?:\[(.*?)\]\s*)?>", re.S)
_DECLARED = re.compile(r"<!ENTITY\s+([\w.:-]+)\s+(?:\"([^\"<&%]*)\"|'([^'<&%]*)')\s*>")
_PIECE = re.compile(
    r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>|(<[^<>!?][^<>]*>)|&([^\W\d][\w.:-]*);", re.S
)
_IN_TAG = re.compile(r"&([^\W\d][\w.:-]*);")
_FILE = re.compile(r"[\w-]+\.(?:ini|conf|php|xml|exe|dll|so|txt)")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text without entities of its own, and how many of them nothing is known of."""

    text: str
    unknown: int


def expanded(text: str, given: Mapping[str, str]) -> Expanded:
    """Replace the entities of a DocBook file; its DOCTYPE goes.

    What the file declares itself, what the caller gives and the characters that HTML names are
    replaced; ``&true;`` and ``&php.ini;`` are their names; of the rest nothing is left.

    Args:
        text: the file without its XML declaration.
        given: texts of entities by name.
    """
    known = dict(given)
    doctype = _DOCTYPE.search(text[:100_000])
    if doctype:
        for found in _DECLARED.finditer(doctype[1] or ""):
            known.setdefault(found[1], found[2] or found[3] or "")
        # Line ends stay, so that problems name the right line.
        lines = "\n" * doctype[0].count("\n")
        text = f"{text[: doctype.start()]}{lines}{text[doctype.end() :]}"
    unknown = 0

    def piece(found: re.Match[str]) -> str:
        nonlocal unknown
        if found[1]:
            return _IN_TAG.sub(lambda inner: _in_tag(inner[1], known), found[1])
        if not found[2]:
            return found[0]
        value = _value(found[2], known)
        if value is None:
            unknown += 1
        return value or ""

    return Expanded(_PIECE.sub(piece, text), unknown)


def _value(name: str, known: Mapping[str, str]) -> str | None:
    if name in _OWN:
        return f"&{name};"
    if name in known:
        return escape(known[name])
    if f"{name};" in html5:
        return escape(html5[f"{name};"])
    family, _, member = name.partition(".")
    if family == "reftitle" and member in _TITLES:
        return f"<title>{_TITLES[member]}</title>"
    return name if not member or _FILE.fullmatch(name) else None


def _in_tag(name: str, known: Mapping[str, str]) -> str:
    if name in _OWN:
        return f"&{name};"
    return quoteattr(known.get(name) or html5.get(f"{name};") or name)[1:-1]
