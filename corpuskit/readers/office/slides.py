"""What slides of all formats share: the order of shapes, and a slide's Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpuskit.readers.layout import blocks, heading
from corpuskit.readers.office.officeblocks import Block, markdown
from corpuskit.readers.whole import Content, Found, Skipped, Trouble


@dataclass(slots=True)
class Shape:
    """A shape with text.

    Attributes:
        blocks: its text.
        left: place on the slide, in any unit; None where it is not known.
        top: as `left`.
        height: as `left`.
    """

    blocks: list[Block]
    left: float | None = None
    top: float | None = None
    height: float = 0


@dataclass(slots=True)
class Slide:
    """A slide in the order it is read.

    Attributes:
        title: one line, or None.
        shapes: without the title.
        notes: the speaker's notes.
        number: from 1, hidden slides counted.
    """

    title: str | None = None
    shapes: list[Shape] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    number: int = 0

    def text(self, *, notes: bool) -> str:
        """Title, shapes and notes as Markdown."""
        parts = [heading(2, self.title)] if self.title else []
        parts += [markdown(shape.blocks) for shape in reading_order(self.shapes)]
        if notes:
            parts.append(markdown(self.notes))
        return blocks(parts)


def reading_order(shapes: Sequence[Shape]) -> list[Shape]:
    """From top to bottom, and from left to right in a band of shapes that stand side by side.

    Where the place of one is not known, the order of the file is kept.
    """
    if any(shape.top is None or shape.left is None for shape in shapes):
        return list(shapes)
    ordered: list[Shape] = []
    band: list[Shape] = []
    bottom = 0.0
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        top = shape.top or 0
        if band and top >= bottom:
            ordered += sorted(band, key=lambda each: each.left or 0)
            band = []
        if not band:
            bottom = top + shape.height / 2
        band.append(shape)
    return ordered + sorted(band, key=lambda each: each.left or 0)


def slide_contents(
    found: Sequence[Slide | Trouble | Skipped],
    about: Mapping[str, Any],
    *,
    per: str,
    notes: bool,
) -> Iterator[Found]:
    """Slides as one document or each as its own, after what could not be read.

    Args:
        found: in the order of the presentation.
        about: what the presentation says of itself, its title among it.
        per: ``file`` or ``slide``.
        notes: with the speaker's notes.
    """
    known = dict(about)
    title = known.pop("title", None)
    slides = [each for each in found if isinstance(each, Slide)]
    yield from (each for each in found if not isinstance(each, Slide))
    if per == "slide":
        for slide in slides:
            text = slide.text(notes=notes)
            if text:
                yield Content(text, slide.title or title, known, f"slide {slide.number}")
    elif slides or not found:
        first = next((slide.title for slide in slides if slide.title), None)
        text = blocks(slide.text(notes=notes) for slide in slides)
        yield Content(text, title or first, known)
