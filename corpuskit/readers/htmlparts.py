"""What of a page is its main text: navigation, banners and link lists are cut out of the tree.

Every cut that rests on a guess is bounded: nothing that holds a large part of the page's text goes,
and where hardly anything would be left, nothing is cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from corpuskit.readers.htmlinline import HEADINGS, SILENT, words

Element = Any

#: Parts of a page by their tag. A header or aside within the main text may belong to it.
_FURNITURE = frozenset(("nav", "footer", "menu", "dialog"))
_PERHAPS = frozenset(("header", "aside", "form"))
_ROLES = words("navigation banner contentinfo search complementary menu menubar dialog")

#: Words in `class` and `id`; the second group counts only where much of the text is links.
_WORDS = words(
    "nav navi gnav lnav fnav snav navbar navigation globalnav localnav breadcrumb breadcrumbs"
    " crumbs pankuzu topicpath topicspath sidebar sidenav sidemenu footer colophon sns share social"
    " sharing advert advertisement ads banner pager pagination paging cookie cookies modal popup"
    " skip skiplink copyright pagetop totop langnav toolbar login dropdown"
    " bibliographical_information notation_notes"
)
_LINKED_WORDS = words(
    "menu menubar header side related recommend ranking archive archives category tags tagcloud"
    " widget search utility toc index list links link subnav"
)
_KEPT_ASIDES = words("note notes tip warning caution admonition info important memo")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_UNNAMED = frozenset((*HEADINGS, "pre", "code", "span", "b", "em", "strong", "i", "a"))
_GROUPS = frozenset(("div", "section", "ul", "ol", "dl", "table", "td", "p", "center", "font"))

#: Part of the page's text that a guess may take at most; part that must be left.
_MOST = 0.4
_LEFT = 0.15
#: Part of the page's text that a main element must hold to be believed; a long one is.
_FAIR = 0.1
#: Links in a list of links, and the part of its text that they are.
_MANY_LINKS = 4
_DENSITY = 0.6


@dataclass(slots=True)
class _Weight:
    """Characters below an element (white space aside), those within links, and links."""

    text: int = 0
    linked: int = 0
    links: int = 0

    @property
    def density(self) -> float:
        """Part of the text that is links."""
        return self.linked / self.text if self.text else 0.0


def main_part(root: Element) -> Element:
    """Cut a tree down to its main text, in place, and return the element that holds it.

    Args:
        root: of the tree; `body`, if it has one, is where text is.
    """
    body = root.find("body")
    page = body if body is not None else root
    weights = _weigh(page)
    total = weights[page].text
    chosen = _chosen(page, weights, total)
    cuts = [each for each in chosen.iter() if each is not chosen and _is_cut(each, weights, total)]
    cuts = _outermost(cuts)
    left = weights[chosen].text - sum(weights[each].text for each in cuts)
    if left < _LEFT * total and chosen is page:
        cuts = []  # a page of links: rules will judge it
    for each in cuts:
        each.drop_tree()
    return chosen


def _weigh(page: Element) -> dict[Element, _Weight]:
    """Weights of all elements; children come after their parents, so go backwards."""
    every = list(page.iter())
    weights = {element: _Weight() for element in every}
    for element in reversed(every):
        own = weights[element]
        if element.tag in SILENT:
            own.text = own.linked = own.links = 0
        else:
            own.text += _size(element.text)
            if element.tag == "a" and _leaves(element.get("href") or ""):
                own.linked, own.links = own.text, 1
        parent = element.getparent()
        if element is not page and parent is not None:
            above = weights[parent]
            above.text += own.text + _size(element.tail)
            above.linked += own.linked
            above.links += own.links
    return weights


def _size(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def _leaves(href: str) -> bool:
    """Whether a link goes to another page; links within the page are not navigation."""
    return bool(href) and not href.startswith("#")


def _chosen(page: Element, weights: dict[Element, _Weight], total: int) -> Element:
    """The one main element or article, where it holds a fair part of the text."""
    for path in (
        ".//main",
        ".//*[@role='main']",
        ".//*[@class='main_text']",  # Aozora Bunko's XHTML
        ".//article",
        ".//*[@itemprop='articleBody']",
    ):
        found = page.findall(path)
        text = weights[found[0]].text if len(found) == 1 else 0
        if text and (text >= _FAIR * total or text >= 1000):
            return found[0]
    return page


def _is_cut(element: Element, weights: dict[Element, _Weight], total: int) -> bool:
    tag = element.tag
    if tag in SILENT:
        return tag not in ("rt", "rp", "rtc")
    weight = weights[element]
    if tag in _FURNITURE or element.get("role") in _ROLES:
        return weight.text <= _MOST * total or weight.density > _DENSITY
    if weight.text > _MOST * total or tag in ("body", "main", "article", "html"):
        return False
    if tag in _PERHAPS and _is_furniture(element):
        return True
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return True
    if tag not in _UNNAMED and _is_named_furniture(element, weight.density):
        return True
    return tag in _GROUPS and weight.links >= _MANY_LINKS and weight.density > _DENSITY


_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def _is_furniture(element: Element) -> bool:
    """A header, aside or form that is not part of the main text."""
    if element.tag == "header":
        return not any(
            above.tag in ("article", "main", "section") for above in element.iterancestors()
        )
    if element.tag == "aside":
        return not _words(element.get("class")) & _KEPT_ASIDES
    return True


def _is_named_furniture(element: Element, density: float) -> bool:
    """Whether class or id say so. An id may come from a heading: "share" of "Share types"."""
    by_class, by_id = _words(element.get("class")), _words(element.get("id"))
    if (by_class | by_id) & _LINKED_WORDS and density > 0.4:
        return True
    if by_class & _WORDS:
        return True
    titled = any(child.tag in HEADINGS for child in element)
    return bool(by_id & _WORDS) and (density > 0.3 or not titled)


def _words(name: str | None) -> set[str]:
    if not name:
        return set()
    return {token.lower() for token in _TOKEN.findall(name)} | set(name.lower().split())


def _outermost(cuts: list[Element]) -> list[Element]:
    """Cuts that are not below another one."""
    chosen = set(cuts)
    return [each for each in cuts if not any(above in chosen for above in each.iterancestors())]
