"""What of a page is its main text: navigation, banners and link lists are cut out of the tree.

Every cut that rests on a guess is bounded: nothing that holds a large part of the page's text goes,
and where hardly anything would be left, nothing is cut.
"""

from __future__ import annotations

from copy import deepcopy

from corpuskit.readers.html.cuts import Cutter
from corpuskit.readers.html.inline import HEADINGS, Element, collapse, plain
from corpuskit.readers.html.weights import Weights
from corpuskit.readers.html.words import Named, named
from corpuskit.readers.xmltree import writable

#: Part of the page's text that must be left, and of what is not links for cuts to be believed.
_LEFT = 0.15
_LEFT_UNLINKED = 0.3
#: Part of the page's text that a main element must hold to be believed; a long one is.
_FAIR = 0.1
_LONG = 1000
#: A page of more elements is judged by tags and links alone.
_MOST_ELEMENTS = 200_000
#: Parts of the text that is not links, for an article and for what is only named so.
_FAIR_ARTICLE = 0.3
_FAIR_NAMED = 0.7


def main_part(root: Element) -> Element:
    """Cut a tree down to its main text, in place, and return the element that holds it.

    Args:
        root: of the tree; `body`, if it has one, is where text is.
    """
    body = root.find("body")
    page = body if body is not None else root
    weights = Weights(page)
    chosen = _chosen(weights)
    cutter = Cutter(weights, chosen)
    cuts = cutter.cuts(sure=len(weights.every) > _MOST_ELEMENTS)
    if cutter.left(cuts) < _LEFT_UNLINKED * weights.unlinked(chosen):
        cuts = cutter.cuts(sure=True)
    left = weights.text[chosen] - sum(weights.text[at] for at in cuts)
    if chosen == 0 and left < _LEFT * weights.text[0]:
        cuts = []  # a page of links: rules will judge it
    main = weights.every[chosen]
    heading = _heading_outside(root, weights, chosen) if chosen else None
    for at in cuts:
        drop(weights.every[at])
    if heading is not None:
        heading.tail, main.text = writable(main.text or ""), None
        main.insert(0, heading)
    return main


def drop(element: Element) -> None:
    """Take an element out of its tree; the text after it stays."""
    parent, tail = element.getparent(), element.tail
    if tail:
        before = element.getprevious()
        if before is None:
            parent.text = writable((parent.text or "") + tail)
        else:
            before.tail = writable((before.tail or "") + tail)
        element.tail = None
    parent.remove(element)


def _chosen(weights: Weights) -> int:
    """The one main element or article, where it holds a fair part of the text; else the page."""
    total, unlinked = weights.text[0], weights.unlinked(0)
    kinds: dict[str, list[int]] = {"main": [], "work": [], "body": [], "article": [], "named": []}
    for at, element in enumerate(weights.every[1:], 1):
        tag = element.tag
        if tag == "main" or element.get("role") == "main":
            kinds["main"].append(at)
        elif tag == "article":
            kinds["article"].append(at)
        elif element.get("itemprop") == "articleBody":
            kinds["body"].append(at)
        elif tag in ("div", "section", "td"):
            names = element.get("class") or ""
            if names == "main_text":  # Aozora Bunko's XHTML
                kinds["work"].append(at)
            elif (named(names) | named(element.get("id") or "")) & Named.CONTENT:
                kinds["named"].append(at)
    for kind in ("main", "work", "body", "article"):
        found = kinds[kind]
        if len(found) != 1 or not weights.text[found[0]]:
            continue
        at = found[0]
        fair = weights.text[at] >= _FAIR * total or weights.text[at] >= _LONG
        sure = kind in ("main", "work") or weights.unlinked(at) >= _FAIR_ARTICLE * unlinked
        if fair and sure:
            return at
    enough = [at for at in kinds["named"] if weights.unlinked(at) >= _FAIR_NAMED * unlinked]
    return enough[-1] if enough and unlinked else 0


def _heading_outside(root: Element, weights: Weights, chosen: int) -> Element | None:
    """A copy of the page's heading, where it stands before the main text and titles the page."""
    main = weights.every[chosen]
    if next(main.iter("h1"), None) is not None:
        return None
    title = root.find(".//title")
    titled = collapse(plain(title)) if title is not None else ""
    for element in weights.every[1:chosen]:
        if element.tag != "h1":
            continue
        text = collapse(plain(element)).replace("\n", " ")
        if text and titled.startswith(text) and element.find(".//a") is None:
            if any(collapse(plain(head)) == text for head in main.iter(*HEADINGS)):
                return None
            copied = deepcopy(element)
            copied.tail = None
            return copied
    return None
