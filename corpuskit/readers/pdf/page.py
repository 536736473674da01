"""A PDF page as arrays: its glyphs with their boxes, its rules, its pictures."""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PATH, _IMAGE, _FORM = 2, 3, 5
_THIN = 3.0  # points; a filled box no thicker than this is a rule
_LEVELS = 4  # of forms within forms
_MINIMUM = 6.0  # points; shorter strokes are dots, ticks and parts of glyphs
#: How far a glyph reaches above and below its base line, in sizes.
ASCENT, DESCENT = 0.88, 0.12


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Glyphs in the order of the file; x grows to the right, y grows downwards, in points.

    Attributes:
        code: Unicode numbers.
        left, right: edges of the advance.
        base: y of the base line.
        middle: x of the middle of the advance.
        axis: x of the middle of a full-width letter that begins here, for vertical lines.
        top, bottom: edges of the advance in vertical lines.
        size: of the font, as it stands on the page.
        angle: of the writing direction, in degrees 0 to 359.
    """

    code: Ints
    left: Floats
    right: Floats
    base: Floats
    middle: Floats
    axis: Floats
    top: Floats
    bottom: Floats
    size: Floats
    angle: Ints

    def of(self, chosen: Any) -> Glyphs:
        """The chosen ones (mask or numbers)."""
        return Glyphs(*(getattr(self, name)[chosen] for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: from (x0, y0) to (x1, y1), horizontal or vertical."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def flat(self) -> bool:
        """It is horizontal."""
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class PageParts:
    """What stands on a page.

    Attributes:
        width, height: in points, as the page is shown.
        glyphs: all of them.
        rules: straight lines.
        images: number of pictures.
        objects: number of page objects.
    """

    width: float
    height: float
    glyphs: Glyphs
    rules: list[Rule]
    images: int = 0
    objects: int = 0


def page_parts(page: Any, max_objects: int) -> PageParts | None:
    """Take a page apart; None where it holds more than `max_objects`.

    Args:
        page: a pypdfium2 page.
        max_objects: bound on page objects and on glyphs.
    """
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(box))
    turn = _Turn(box.left, box.bottom, box.right, box.top, pdfium.FPDFPage_GetRotation(page.raw))
    objects = pdfium.FPDFPage_CountObjects(page.raw)
    if objects > max_objects:
        return None
    parts = _drawn(page.raw, turn, max_objects)
    if parts.objects > max_objects:
        return None
    text = pdfium.FPDFText_LoadPage(page.raw)
    if not text:
        return parts
    try:
        count = pdfium.FPDFText_CountChars(text)
        return None if count > max_objects else replace(parts, glyphs=_glyphs(text, count, turn))
    finally:
        pdfium.FPDFText_ClosePage(text)


class _Turn:
    """From PDF coordinates to those of the page as it is shown: origin at the top left."""

    def __init__(self, left: float, bottom: float, right: float, top: float, turns: int) -> None:
        self._left, self._bottom, self._right, self._top = left, bottom, right, top
        self._turns = turns % 4
        sides = (right - left, top - bottom)
        self.width, self.height = sides if self._turns % 2 == 0 else sides[::-1]

    def point(self, x: Any, y: Any) -> tuple[Any, Any]:
        """A point, or arrays of them."""
        if self._turns == 0:
            return x - self._left, self._top - y
        if self._turns == 1:
            return y - self._bottom, x - self._left
        if self._turns == 2:
            return self._right - x, y - self._bottom
        return self._top - y, self._right - x

    def angle(self, degrees: Any) -> Any:
        """A direction of writing, counted clockwise as seen."""
        return np.mod(np.rint(degrees) + 90 * self._turns, 360).astype(np.int64)


def _no_glyphs() -> Glyphs:
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Glyphs(whole, real, real, real, real, real, real, real, real, whole)


def _glyphs(text: Any, count: int, turn: _Turn) -> Glyphs:
    """All glyphs, without the white space that PDFium makes up.

    A ctypes call for each glyph and value is what takes the time, so values are written by address
    into one array and the loops are those of C.
    """
    import pypdfium2.raw as pdfium

    if count <= 0:
        return _no_glyphs()
    page = ctypes.cast(text, ctypes.c_void_p).value
    numbers = range(count)
    code = np.fromiter(map(_call(pdfium.FPDFText_GetUnicode, "i"), repeat(page), numbers), np.int64)
    sizes = map(_call(pdfium.FPDFText_GetFontSize, "d"), repeat(page), numbers)
    size = np.fromiter(sizes, np.float64)
    made = _call(pdfium.FPDFText_IsGenerated, "i")
    blank = np.flatnonzero((code <= 32) | (code == 0xFFFE))
    drop = [at for at in blank.tolist() if code[at] != 2 and made(page, at) == 1]
    boxes = np.zeros((count, 4), np.float32)
    matrices = np.zeros((count, 6), np.float32)
    origins = np.zeros((count, 2), np.float64)
    _fill(_call(pdfium.FPDFText_GetLooseCharBox, "i", 1), page, numbers, (_rows(boxes),))
    _fill(_call(pdfium.FPDFText_GetMatrix, "i", 1), page, numbers, (_rows(matrices),))
    places = _rows(origins)
    seconds = range(places.start + 8, places.stop + 8, 16)
    _fill(_call(pdfium.FPDFText_GetCharOrigin, "i", 2), page, numbers, (places, seconds))
    keep = np.ones(count, bool)
    keep[drop] = False
    return _placed(code, size, boxes, matrices, origins, turn).of(keep)


def _call(function: Any, result: str, pointers: int = 0) -> Any:
    """A PDFium function that takes addresses as plain numbers."""
    kind = ctypes.c_double if result == "d" else ctypes.c_int
    shape = ctypes.CFUNCTYPE(kind, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * pointers)
    return shape(ctypes.cast(function, ctypes.c_void_p).value or 0)


def _rows(array: NDArray[Any]) -> range:
    start, step = array.ctypes.data, array.strides[0]
    return range(start, start + step * len(array), step)


def _fill(function: Any, page: Any, numbers: range, places: tuple[range, ...]) -> None:
    deque(map(function, repeat(page), numbers, *places), maxlen=0)


def _placed(
    code: Ints, size: Floats, boxes: Any, matrices: Any, origins: Floats, turn: _Turn
) -> Glyphs:
    """Boxes as the page is shown; sizes as the matrices scale them."""
    left, top, right, bottom = (boxes[:, at].astype(np.float64) for at in range(4))
    x0, y0 = turn.point(left, top)
    x1, y1 = turn.point(right, bottom)
    x0, x1 = np.minimum(x0, x1), np.maximum(x0, x1)
    y0, y1 = np.minimum(y0, y1), np.maximum(y0, y1)
    a, b, c, d = (matrices[:, at].astype(np.float64) for at in range(4))
    scaled = np.abs(size) * np.hypot(c, d)
    high = np.maximum(y1 - y0, 0.1)
    wrong = (scaled < 0.3 * np.minimum(high, x1 - x0)) | (scaled > 12 * high) | (scaled <= 0)
    scaled = np.where(wrong, high, scaled)
    start, base = turn.point(origins[:, 0], origins[:, 1])
    angle = turn.angle(-np.degrees(np.arctan2(b, a)))
    return Glyphs(code, x0, x1, base, (x0 + x1) / 2, start + scaled / 2, y0, y1, scaled, angle)


def _drawn(page: Any, turn: _Turn, limit: int) -> PageParts:
    """What is on a page besides its glyphs, forms taken apart."""
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    images = seen = 0
    identity = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    waiting: list[tuple[Any, tuple[float, ...], int]] = [(page, identity, 0)]
    while waiting:
        holder, matrix, level = waiting.pop()
        if level:
            count, get = pdfium.FPDFFormObj_CountObjects(holder), pdfium.FPDFFormObj_GetObject
        else:
            count, get = pdfium.FPDFPage_CountObjects(holder), pdfium.FPDFPage_GetObject
        seen += max(count, 0)
        if seen > limit:
            break
        for at in range(count):
            each = get(holder, at)
            kind = pdfium.FPDFPageObj_GetType(each)
            if kind == _PATH:
                rules += _rules(each, matrix, turn)
            elif kind == _IMAGE:
                images += 1
            elif kind == _FORM and level < _LEVELS:
                waiting.append((each, _combined(_matrix(each), matrix), level + 1))
    return PageParts(turn.width, turn.height, _no_glyphs(), rules, images, seen)


def _matrix(each: Any) -> tuple[float, ...]:
    import pypdfium2.raw as pdfium

    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(each, ctypes.byref(found)):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _combined(inner: tuple[float, ...], outer: tuple[float, ...]) -> tuple[float, ...]:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (
        a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s,
        e * p + f * r + t, e * q + f * s + u,
    )  # fmt: skip


def _rules(path: Any, matrix: tuple[float, ...], turn: _Turn) -> Iterator[Rule]:
    """The straight lines of a path: a thin filled box is one, a stroked box is four."""
    import pypdfium2.raw as pdfium

    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(path, *map(ctypes.byref, edges)):
        return
    left, bottom, right, top = (edge.value for edge in edges)
    wide, high = right - left, top - bottom
    if max(wide, high) < _MINIMUM:
        return
    if min(wide, high) <= _THIN:
        yield _rule(left, bottom, right, top, matrix, turn)
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    if stroke.value:
        yield from _strokes(path, matrix, turn)


def _strokes(path: Any, matrix: tuple[float, ...], turn: _Turn) -> Iterator[Rule]:
    import pypdfium2.raw as pdfium

    own = _combined(_matrix(path), matrix)
    count = pdfium.FPDFPath_CountSegments(path)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for at in range(min(count, 2000)):
        segment = pdfium.FPDFPath_GetPathSegment(path, at)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        here = (x.value, y.value)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield from _straight(last, here, own, turn)
        last = here
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield from _straight(here, start, own, turn)
            last = start


def _straight(
    one: tuple[float, float], two: tuple[float, float], matrix: tuple[float, ...], turn: _Turn
) -> Iterator[Rule]:
    rule = _rule(*one, *two, matrix, turn)
    wide, high = rule.x1 - rule.x0, rule.y1 - rule.y0
    if min(wide, high) <= 1.0 and max(wide, high) >= _MINIMUM:
        yield rule


def _rule(
    x0: float, y0: float, x1: float, y1: float, matrix: tuple[float, ...], turn: _Turn
) -> Rule:
    a, b, c, d, e, f = matrix
    one = turn.point(a * x0 + c * y0 + e, b * x0 + d * y0 + f)
    two = turn.point(a * x1 + c * y1 + e, b * x1 + d * y1 + f)
    return Rule(min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1]))
