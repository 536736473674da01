"""Which way a page is written: turned pages, vertical lines, slanted stamps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from corpuskit.readers.pdf.page import ASCENT, DESCENT, Floats, Glyphs, PageParts, Rule

_SLANT = 8  # degrees; more than that off the axes is a stamp or a label on a slant
_STEPS = 3  # at least so many steps down make a vertical line
_MOSTLY = 0.4  # of a page's glyphs in vertical lines make it a vertical page


@dataclass(frozen=True, slots=True)
class Flow:
    """Glyphs of one direction, laid so that lines run along x and follow each other along y.

    Attributes:
        glyphs: in the order of the file.
        rules: straight lines beside them; of the main horizontal flow only.
        height: of the page, as it is laid.
        kind: ``main`` is the horizontal text, ``vertical`` vertical lines, ``aside`` what is
            turned otherwise than the page.
    """

    glyphs: Glyphs
    rules: list[Rule]
    height: float
    kind: str


def flows(parts: PageParts) -> tuple[list[Flow], int]:
    """The flows of a page, and the number of glyphs on a slant, which are left out.

    Args:
        parts: the page.
    """
    glyphs = parts.glyphs
    quarter = ((glyphs.angle + 45) // 90) % 4
    off = np.abs((glyphs.angle - quarter * 90 + 180) % 360 - 180)
    straight = off <= _SLANT
    counts = np.bincount(quarter[straight], minlength=4)
    main = int(counts.argmax())
    found: list[Flow] = []
    for turn in sorted(range(4), key=lambda turn: turn != main):
        if not counts[turn]:
            continue
        group = glyphs.of(np.flatnonzero(straight & (quarter == turn)))
        if turn == 0:
            found += _upright_flows(group, parts, aside=main != 0)
        elif turn == main:
            found.append(_turned_flow(group, parts, turn))
        else:
            found.append(replace(_turned_flow(group, parts, turn), rules=[], kind="aside"))
    return _with_latin(found, parts), int((~straight).sum())


def _turned_flow(glyphs: Glyphs, parts: PageParts, turn: int) -> Flow:
    rules = [_turned_rule(rule, turn, parts) for rule in parts.rules]
    height = parts.height if turn == 2 else parts.width
    return Flow(turned(glyphs, turn, parts.width, parts.height), rules, height, "main")


def _turned_rule(rule: Rule, turn: int, parts: PageParts) -> Rule:
    wide, high = parts.width, parts.height
    if turn == 2:
        return Rule(wide - rule.x1, high - rule.y1, wide - rule.x0, high - rule.y0)
    if turn == 1:
        return Rule(rule.y0, wide - rule.x1, rule.y1, wide - rule.x0)
    return Rule(high - rule.y1, rule.x0, high - rule.y0, rule.x1)


def _upright_flows(glyphs: Glyphs, parts: PageParts, *, aside: bool) -> Iterator[Flow]:
    """Horizontal and vertical lines of upright letters."""
    kind = "aside" if aside else "main"
    rules = [] if aside else parts.rules
    down = _in_vertical_lines(glyphs)
    if not down.any():
        yield Flow(glyphs, rules, parts.height, kind)
        return
    if down.sum() >= _MOSTLY * len(glyphs):
        centre = (glyphs.top + glyphs.bottom) / 2
        margin = 0.6 * float(np.median(glyphs.size[down]))
        low, high = glyphs.top[down].min() - margin, glyphs.bottom[down].max() + margin
        down = (centre > low) & (centre < high)
        rules = []
    yield Flow(upright(glyphs.of(np.flatnonzero(down)), parts.width), [], parts.width, "vertical")
    if not down.all():
        yield Flow(glyphs.of(np.flatnonzero(~down)), rules, parts.height, kind)


def _in_vertical_lines(glyphs: Glyphs) -> np.ndarray:
    """Which glyphs belong to lines that run down: each stands right below the one before it."""
    down = np.zeros(len(glyphs), bool)
    if len(glyphs) <= _STEPS:
        return down
    size = np.minimum(glyphs.size[1:], glyphs.size[:-1])
    step = np.diff((glyphs.top + glyphs.bottom) / 2)
    straight = np.abs(np.diff(glyphs.axis)) < 0.25 * size
    steps = straight & (step > 0.5 * size) & (step < 1.35 * size)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], steps.view(np.int8), [0]))))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if stop - start >= _STEPS:
            down[start : stop + 1] = True
    return down


def _with_latin(found: list[Flow], parts: PageParts) -> list[Flow]:
    """Latin words lie on their side in vertical lines: they go back into those."""
    vertical = next((at for at, flow in enumerate(found) if flow.kind == "vertical"), None)
    if vertical is None:
        return found
    glyphs = parts.glyphs
    lying = np.flatnonzero((glyphs.angle > 90 - _SLANT) & (glyphs.angle < 90 + _SLANT))
    if not len(lying) or len(lying) > len(found[vertical].glyphs):
        return found
    flow = found[vertical]
    both = _merged(flow.glyphs, turned(glyphs.of(lying), 1, parts.width, parts.height))
    rest = [each for each in found if not (each.kind == "aside" and len(each.glyphs) == len(lying))]
    return [replace(flow, glyphs=both) if each is flow else each for each in rest]


def _merged(one: Glyphs, two: Glyphs) -> Glyphs:
    return Glyphs(*(np.concatenate((getattr(one, n), getattr(two, n))) for n in Glyphs.__slots__))


def turned(glyphs: Glyphs, quarter: int, width: float, height: float) -> Glyphs:
    """Glyphs written along 90, 180 or 270 degrees, laid along the x axis.

    Args:
        glyphs: of one direction.
        quarter: 1, 2 or 3 quarter turns clockwise.
        width: of the page.
        height: of the page.
    """
    g = glyphs
    if quarter == 2:
        return _laid(g, width - g.right, width - g.left, height - g.bottom, height - g.top)
    if quarter == 1:
        return _laid(g, g.top, g.bottom, width - g.right, width - g.left)
    return _laid(g, height - g.bottom, height - g.top, g.left, g.right)


def upright(glyphs: Glyphs, width: float) -> Glyphs:
    """Glyphs of vertical lines, so that lines run along x and follow each other downwards."""
    g = glyphs
    laid = _laid(g, g.top, g.bottom, width - g.right, width - g.left)
    return replace(laid, base=width - g.axis + (ASCENT - 0.5) * g.size)


def _laid(g: Glyphs, left: Floats, right: Floats, top: Floats, bottom: Floats) -> Glyphs:
    base = bottom - DESCENT * (bottom - top)
    middle = (left + right) / 2
    return replace(g, left=left, right=right, top=top, bottom=bottom, base=base, middle=middle)
