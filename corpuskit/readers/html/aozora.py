"""Aozora Bunko's pages of works: what they say of the work, and what is not part of it."""

from __future__ import annotations

import re
from typing import Any

from corpuskit.readers.aozora.reader import gaiji
from corpuskit.readers.html.about import text_of
from corpuskit.readers.html.inline import Element, collapse, plain

_BASE = re.compile(r"^底本[：:][ \t　]*(.+)$", re.M)
_FIRST = re.compile(r"^[ 　]*底本の親本[：:][ \t　]*(.+)$", re.M)
_ORTHOGRAPHY = re.compile(r"[新旧]字[新旧]仮名")
_FOOTER = re.compile(r"^底本[：:]", re.M)
_MADE_BY = "青空文庫作成ファイル"
_LONGEST_FOOTER = 20_000
_GAIJI = re.compile(r"※［＃([^［］\n]*)］")
_NOTE = re.compile(r"［＃(?:[^［］\n]|［[^［］\n]*］)*］")
_ROLES = ("translator", "editor", "commentator", "editor-translator", "reviser")


def is_work(root: Element) -> bool:
    """Whether a page is a work of Aozora Bunko in XHTML."""
    return root.find(".//div[@class='main_text']") is not None and (
        root.find(".//div[@class='bibliographical_information']") is not None
        or root.find(".//div[@class='metadata']") is not None
    )


def about_work(root: Element) -> dict[str, Any]:
    """Author, who else took part, subtitle, base edition and orthography, where they are given."""
    named = {name: text_of(_headed(root, name)) for name in ("author", *_ROLES)}
    footer = _block(root, "bibliographical_information")
    notes = _block(root, "notation_notes")
    base, first = _BASE.search(footer), _FIRST.search(footer)
    orthography = _ORTHOGRAPHY.search(footer) or _ORTHOGRAPHY.search(notes)
    found = {
        "author": named["author"],
        "contributors": [name for role in _ROLES if (name := named[role])],
        "subtitle": text_of(_headed(root, "subtitle")),
        "original_title": text_of(_headed(root, "original_title")),
        "base_edition": base[1].strip() if base else None,
        "first_edition": first[1].strip() if first else None,
        "orthography": orthography[0] if orthography else None,
    }
    return {key: value for key, value in found.items() if value}


def work_title(root: Element) -> str | None:
    """The work's title without its author's name."""
    return text_of(_headed(root, "title"))


def work_text(text: str) -> str:
    """A work's text with the annotations resolved that its page still shows as such."""
    if "［＃" in text:
        text = _NOTE.sub("", _GAIJI.sub(lambda found: gaiji(found[1]), text))
        text = re.sub(r"\n{3,}", "\n\n", text)
    return text.replace("／″＼", "〴〵").replace("／＼", "〳〵").strip("\n")


def without_footer(text: str) -> tuple[str, dict[str, Any]]:
    """Text of a page without the parts of its own that newer ones have: text, and base edition."""
    at = text.rfind(_MADE_BY)
    if at < 0:
        return text, {}
    found = [m.start() for m in _FOOTER.finditer(text, max(0, at - _LONGEST_FOOTER), at)]
    if not found:
        return text, {}
    base = _BASE.search(text, found[0])
    return text[: found[0]].rstrip(), {"base_edition": base[1].strip()} if base else {}


def _headed(root: Element, name: str) -> Element | None:
    """The heading of a class in the block above the work."""
    found = root.find(f".//div[@class='metadata']/*[@class='{name}']")
    return root.find(f".//h2[@class='{name}']") if found is None else found


def _block(root: Element, name: str) -> str:
    found = root.find(f".//div[@class='{name}']")
    return "" if found is None else collapse(plain(found))
