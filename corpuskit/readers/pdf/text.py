"""From the blocks of pages to a document's Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from corpuskit.readers import layout
from corpuskit.readers.pdf.layout import Block
from corpuskit.readers.pdf.rows import bulleted, joined

_LARGER = 1.15  # sizes of the text; from there on a line is a heading
_LONGEST_HEADING = 90
_LEVELS = 3
_NOTE = 0.93  # smaller text at the end of a page is notes


def usual_size(pages: Iterable[Sequence[Block]]) -> float:
    """The size that most of the text has."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for block in page:
            sizes[round(block.size, 1)] += block.letters
    return sizes.most_common(1)[0][0] if sizes else 10.0


def through(pages: Sequence[Sequence[Block]]) -> list[Block]:
    """The blocks of all pages; what a page broke off goes on.

    A paragraph goes on behind the notes at the foot of its page, a table with the same edges and
    columns in the rows of the next page.
    """
    usual = usual_size(pages)
    found: list[Block] = []
    broken: Block | None = None
    for page in pages:
        rest = list(page)
        if broken is not None and rest and _goes_on(broken, rest[0]):
            _append(broken, rest.pop(0))
        found += rest
        if rest or broken is None:
            broken = _last(page if rest == list(page) else rest, usual) or None
    return found


def _last(page: Sequence[Block], usual: float) -> Block | None:
    """The block that a page may break off: the last one before its notes."""
    for block in reversed(page):
        if block.table is not None or block.size >= _NOTE * usual:
            return block
    return None


def _goes_on(block: Block, following: Block) -> bool:
    if block.table is not None and following.table is not None:
        same = all(abs(a - b) < 4 for a, b in zip(block.edges, following.edges, strict=True))
        return same and len(block.table[0]) == len(following.table[0])
    if block.table is not None or following.table is not None:
        return False
    return block.open_end and following.open_start and abs(block.size - following.size) < 0.5


def _append(block: Block, following: Block) -> None:
    if block.table is not None and following.table is not None:
        again = following.table[0] == block.table[0]
        block.table += following.table[1:] if again else following.table
        return
    block.text = joined([block.text, following.text])
    block.rows += following.rows
    block.open_end = following.open_end
    block.letters += following.letters


def levels(blocks: Sequence[Block], usual: float) -> dict[float, int]:
    """Level of a heading by its size: the largest are the first."""
    sizes = {round(block.size, 0) for block in blocks if _is_heading(block, usual)}
    return {size: min(_LEVELS, at + 1) for at, size in enumerate(sorted(sizes, reverse=True))}


def _is_heading(block: Block, usual: float) -> bool:
    return (
        block.table is None
        and block.size >= _LARGER * usual
        and 1 < len(block.text) <= _LONGEST_HEADING
        and block.rows <= 3
        and not block.text.endswith(("。", "、", "，"))
        and any(c.isalpha() for c in block.text)
    )


def markdown(blocks: Sequence[Block], usual: float, by_size: dict[float, int]) -> str:
    """Blocks as Markdown.

    Args:
        blocks: in reading order.
        usual: size of the text.
        by_size: levels of headings.
    """
    parts: list[str] = []
    listed = False
    for block in blocks:
        if block.table is not None:
            parts.append(layout.table(block.table))
        elif _is_heading(block, usual):
            parts.append(layout.heading(by_size.get(round(block.size, 0), _LEVELS), block.text))
        else:
            text = bulleted(block.text)
            if listed and text.startswith("- "):
                parts[-1] += f"\n{text}"
            else:
                parts.append(text)
        listed = parts[-1].startswith("- ")
    return layout.blocks(parts)


def heading_of(blocks: Sequence[Block], usual: float) -> str | None:
    """The largest heading among the first blocks, as a title."""
    heads = [block for block in blocks[:12] if _is_heading(block, usual)]
    if not heads:
        return None
    largest = max(block.size for block in heads)
    return next(block.text for block in heads if block.size == largest)
