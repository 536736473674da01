"""Which elements of a page are furniture: by tag, role, name, links, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from corpuskit.readers.html.inline import HEADINGS, SILENT, Element, words
from corpuskit.readers.html.weights import Weights
from corpuskit.readers.html.words import (
    BEGINNINGS,
    COOKIES,
    HINTS,
    HOME,
    LABELS,
    LAST_LINES,
    LINK_LABELS,
    NOTICES,
    PATH,
    RELATED,
    SEPARATORS,
    Named,
    named,
)

#: Parts of a page by their tag. A header or aside within the main text may belong to it.
_FURNITURE = frozenset(("nav", "footer", "menu", "dialog", "search"))
_PERHAPS = frozenset(("header", "aside", "form"))
_ROLES = words("navigation banner contentinfo search complementary menu menubar dialog alertdialog")
_NEVER = frozenset(("body", "main", "article", "html", "tbody", "thead"))
_UNNAMED = frozenset((*HEADINGS, "pre", "code", "b", "em", "strong", "i", "ruby"))
_GROUPS = frozenset(("div", "section", "ul", "ol", "dl", "table", "td", "p", "center", "font"))
_SAYING = _GROUPS | frozenset((*HEADINGS, "li", "a", "dd", "dt", "address", "small", "strong", "b"))
_LISTS = frozenset(("ul", "ol", "dl", "table"))
_LEADS = frozenset((*HEADINGS, "p")) - {"h1"}
_WITHIN = frozenset(("a", "b", "strong", "small"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

#: Part of the page's text that a guess may take at most.
_MOST = 0.4
#: Links in a list of links, and the part of its text that they are.
_MANY_LINKS = 4
_DENSITY = 0.6
#: Characters that are not links of a page's main column; part of links in a column beside it.
_COLUMN = 200
_DENSITY_BESIDE = 0.35
#: Part of the main text's characters that an element must hold to be its flow.
_FLOW = 0.4
_MOST_BESIDE = 100  # elements beside or above one that are looked at
_SHORT, _SENTENCE, _NOTICE = 60, 160, 300  # characters
_LATE = 0.7  # part of the page's elements after which its last lines come


class Cutter:
    """Decides on the elements below one.

    Args:
        weights: of the page.
        chosen: place of the element that is the main text, or holds it.
    """

    def __init__(self, weights: Weights, chosen: int) -> None:
        self._weights, self._chosen = weights, chosen
        self._total = weights.text[0]
        self._late = _LATE * len(weights.every)
        hints = HINTS.search("".join(weights.every[0].itertext()))
        self._hinted = hints is not None

    def cuts(self, *, sure: bool = False) -> list[int]:
        """Places of the elements to cut, in order, none below another.

        Args:
            sure: only what tags, roles and links say; no names, no words.
        """
        weights = self._weights
        found: list[int] = []
        at, end = self._chosen + 1, weights.end[self._chosen]
        until: dict[int, None] = {}
        while at < end:
            element = weights.every[at]
            if at in until or self._is_cut(at, element, sure):
                found.append(at)
                at = weights.end[at]
                continue
            if not sure and 0 < weights.text[at] <= _SHORT and element.tag in _SAYING:
                until.update(dict.fromkeys(self._related(at, element)))
                if at in until:
                    continue
            at += 1
        return self._with_headings(found)

    def left(self, cuts: list[int]) -> int:
        """Characters that are not links and would stay."""
        weights = self._weights
        return weights.unlinked(self._chosen) - sum(map(weights.unlinked, cuts))

    def _is_cut(self, at: int, element: Element, sure: bool) -> bool:
        tag = element.tag
        if tag in SILENT:
            return tag not in ("rt", "rp", "rtc")
        weights = self._weights
        text = weights.text[at]
        if not text:
            return False
        if tag in _FURNITURE or element.get("role") in _ROLES:
            return text <= _MOST * self._total or weights.density(at) > _DENSITY
        if text > _MOST * self._total or tag in _NEVER:
            return False
        if tag in _PERHAPS and _is_furniture(element):
            return True
        if tag in _GROUPS and weights.links[at] >= _MANY_LINKS and self._is_dense(at, tag):
            return not self._is_in_text(at, element, tag)
        return not sure and (
            _is_hidden(element) or self._is_named(at, element, tag) or self._says(at, element, tag)
        )

    def _is_dense(self, at: int, tag: str) -> bool:
        """Whether links are most of the text; beside the main column of a page, less is enough."""
        density = self._weights.density(at)
        if tag != "td":
            return density > _DENSITY
        beside = [each for each in islice(self._beside(at), _MOST_BESIDE) if each != at]
        widest = max((self._weights.unlinked(each) for each in beside), default=0)
        column = widest > max(_COLUMN, 2 * self._weights.unlinked(at))
        return density > (_DENSITY_BESIDE if column else _DENSITY) and (column or not beside)

    def _beside(self, at: int) -> Iterator[int]:
        """Places of an element and those that have the same parent."""
        weights = self._weights
        above = weights.parent[at]
        at = above + 1
        while at < weights.end[above]:
            yield at
            at = weights.end[at]

    def _is_in_text(self, at: int, element: Element, tag: str) -> bool:
        """Whether a list of links follows a heading or a sentence in the flow of the main text.

        References do; navigation stands in a box of its own.
        """
        weights = self._weights
        if weights.unlinked(weights.parent[at]) < _FLOW * weights.unlinked(self._chosen):
            return False
        if tag == "section":
            before = next(iter(element), None)
        else:
            before = element.getprevious() if tag in _LISTS else None
        if before is None or before.tag not in _LEADS:
            return False
        said = words_of(before)
        return bool(said) and not RELATED.fullmatch(said) and next(before.iter("a"), None) is None

    def _is_named(self, at: int, element: Element, tag: str) -> bool:
        """Whether class or id say so. An id may come from a heading: "share" of "Share types"."""
        weights = self._weights
        own, identity = element.get("class"), element.get("id")
        if not own and not identity:
            return False
        by_class = named(own) if own else Named.NOTHING
        if by_class & Named.MARK:
            return True
        if tag in _UNNAMED or (tag in ("span", "a") and weights.text[at] > _SHORT):
            return False
        by_id = named(identity) if identity else Named.NOTHING
        density = weights.density(at)
        if (by_class | by_id) & Named.LINKS and density > 0.4 and tag not in ("a", "span", "li"):
            return True
        if (by_class | by_id) & Named.TOC and tag not in ("li", "a", "span"):
            return sum(len(words_of(link)) for link in element.iter("a")) > 0.5 * weights.text[at]
        if by_class & Named.FURNITURE:
            return tag not in ("a", "span") or density > 0
        titled = any(child.tag in HEADINGS for child in element)
        return bool(by_id & Named.FURNITURE) and (density > 0.3 or not titled)

    def _says(self, at: int, element: Element, tag: str) -> bool:
        """Whether its few words are those of a button, a path, or a notice."""
        weights = self._weights
        text = weights.text[at]
        if text > _NOTICE or tag not in _SAYING:
            return False
        links, linked = weights.links[at], weights.linked[at]
        if tag in _WITHIN or not (links or self._hinted or text <= _SHORT):
            return False
        said = words_of(element)
        if text <= _SHORT and self._is_label(said, tag, all_linked=links > 0 and linked == text):
            return True
        if tag in HEADINGS:
            return False
        if links and text <= _SENTENCE and self._is_path(at, element, said):
            return True
        return self._hinted and self._is_notice(at, element, said)

    def _is_label(self, said: str, tag: str, *, all_linked: bool) -> bool:
        if tag in HEADINGS or not said:
            return False
        if all_linked and (LINK_LABELS.fullmatch(said) or RELATED.fullmatch(said)):
            return True
        return said[0] in BEGINNINGS and LABELS.fullmatch(said) is not None

    def _is_notice(self, at: int, element: Element, said: str) -> bool:
        """Lines at a page's end, and what it says of readers, scripts, and cookies."""
        if len(said) <= _SENTENCE:
            if at > self._late and LAST_LINES.fullmatch(said):
                return True
            if element.tag in ("p", "div") and NOTICES.search(said):
                return True
        return bool(COOKIES.search(said)) and element.find(".//button") is not None

    def _is_path(self, at: int, element: Element, said: str) -> bool:
        """A path to the page, or a few links side by side."""
        weights = self._weights
        links, rest, tag = weights.links[at], weights.unlinked(at), element.tag
        if tag in ("ul", "ol"):
            first = next(iter(element), None)
            return first is not None and bool(HOME.fullmatch(words_of(first).rstrip(">＞›»")))
        if PATH.match(said):
            return True
        if links < 2 or rest > links + 1 or tag == "li":
            return False
        between = "".join((each.tail or "") for each in element) + (element.text or "")
        return bool(SEPARATORS.fullmatch("".join(between.split())))

    def _related(self, at: int, element: Element) -> list[int]:
        """A heading over links to other pages with what is below it; or nothing."""
        said = words_of(element)
        if not said or said[0] not in BEGINNINGS or not RELATED.fullmatch(said):
            return []
        weights = self._weights
        while weights.text[weights.parent[at]] == weights.text[at] and at > self._chosen + 1:
            at = weights.parent[at]
        if at <= self._chosen:
            return []
        section = [at, *islice(self._until_heading(at, element.tag), _MOST_BESIDE)]
        text = sum(weights.text[each] for each in section[1:])
        linked = sum(weights.linked[each] for each in section[1:])
        links = sum(weights.links[each] for each in section[1:])
        dense = links and linked > 0.5 * text and text <= _MOST * self._total
        return section if dense else []

    def _until_heading(self, at: int, tag: str) -> Iterator[int]:
        """Places of the elements beside one that follow it, up to the next heading."""
        weights = self._weights
        above, at = weights.parent[at], weights.end[at]
        while at < weights.end[above]:
            beside = weights.every[at].tag
            if beside in HEADINGS and (tag not in HEADINGS or beside <= tag):
                return
            yield at
            at = weights.end[at]

    def _with_headings(self, cuts: list[int]) -> list[int]:
        """Cuts, and headings of which nothing else is left."""
        if not cuts:
            return cuts
        weights, gone = self._weights, set(cuts)
        more: list[int] = []
        for at in cuts:
            if not weights.links[at]:
                continue
            before = weights.every[at].getprevious()
            if before is None or before.tag not in HEADINGS or before.tag == "h1":
                continue
            place = self._place(before, at)
            if place not in gone and not self._has_more(place, before.tag, gone):
                gone.add(place)
                more.append(place)
        return sorted([*cuts, *more]) if more else cuts

    def _place(self, before: Element, at: int) -> int:
        """Place of the element before another one."""
        while self._weights.every[at] is not before:
            at -= 1
        return at

    def _has_more(self, heading: int, tag: str, gone: set[int]) -> bool:
        tail = self._weights.every[heading].tail
        if tail and not tail.isspace():
            return True
        for at in self._until_heading(heading, tag):
            tail = self._weights.every[at].tail
            if (at not in gone and self._weights.text[at]) or (tail and not tail.isspace()):
                return True
        return False


def words_of(element: Element) -> str:
    """What an element says, without white space."""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return "".join(text.split())


def _is_hidden(element: Element) -> bool:
    """Not shown, and not an answer that a click would show."""
    style = element.get("style")
    hidden = element.get("hidden") is not None or (style and _HIDDEN.search(style))
    if not hidden and element.get("aria-hidden") != "true":
        return False
    if next(element.iter("math"), None) is not None:
        return False
    names = named(element.get("class") or "") | named(element.get("id") or "")
    return not names & Named.FOLDED and element.get("role") != "tabpanel"


def _is_furniture(element: Element) -> bool:
    """A header, aside or form that is not part of the main text."""
    if element.tag == "header":
        return not any(
            above.tag in ("article", "main", "section")
            for above in islice(element.iterancestors(), _MOST_BESIDE)
        )
    if element.tag == "aside":
        return not named(element.get("class") or "") & Named.NOTE
    return True
