"""How much text and how many links there are below each element of a page."""

from __future__ import annotations

from corpuskit.readers.html.inline import SILENT, Element


class Weights:
    """Numbers of each element, by its place in document order; the page itself is 0.

    Attributes:
        every: the elements.
        text: characters below each, white space aside.
        linked: those within links to other pages.
        links: such links.
        end: place after the last element below each.
        parent: place of the parent.
    """

    def __init__(self, page: Element) -> None:
        every = list(page.iter())
        count = len(every)
        places = {element: at for at, element in enumerate(every)}
        parent = [0] * count
        text, linked, links, below = [0] * count, [0] * count, [0] * count, [1] * count
        for at in range(count - 1, -1, -1):  # children come after their parents
            element = every[at]
            tag = element.tag
            if tag in SILENT:
                text[at] = linked[at] = links[at] = 0
            else:
                own = element.text
                if own:
                    text[at] += size(own)
                if tag == "a" and _leaves(element.get("href")):
                    linked[at], links[at] = text[at], 1
            if at:
                above = parent[at] = places[element.getparent()]
                text[above] += text[at]
                linked[above] += linked[at]
                links[above] += links[at]
                below[above] += below[at]
                tail = element.tail
                if tail:
                    text[above] += size(tail)
        self.every, self.parent = every, parent
        self.text, self.linked, self.links = text, linked, links
        self.end = [at + size for at, size in enumerate(below)]

    def unlinked(self, at: int) -> int:
        """Characters that are not in links."""
        return self.text[at] - self.linked[at]

    def density(self, at: int) -> float:
        """Part of the text that is links."""
        return self.linked[at] / self.text[at] if self.text[at] else 0.0


def size(text: str) -> int:
    """Characters of a text that are not white space."""
    return 0 if text.isspace() else len("".join(text.split()))


def _leaves(href: str | None) -> bool:
    """Whether a link goes to another page; links within the page are not navigation."""
    return bool(href) and not href.startswith("#")  # type: ignore[union-attr]
