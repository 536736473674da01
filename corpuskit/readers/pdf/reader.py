"""PDF: reading order from the geometry of the page, without what only belongs to the paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.ocr import grey_png, load_ocr
from corpuskit.readers.pdf.chars import characters, unmapped
from corpuskit.readers.pdf.fonts import use_box_font
from corpuskit.readers.pdf.info import about_pdf
from corpuskit.readers.pdf.layout import Block, blocks_of
from corpuskit.readers.pdf.lines import Piece, pieces
from corpuskit.readers.pdf.page import Glyphs, PageParts, page_parts
from corpuskit.readers.pdf.repeat import review_notes, running
from corpuskit.readers.pdf.rows import joined, rows_of
from corpuskit.readers.pdf.tables import take_tables
from corpuskit.readers.pdf.text import heading_of, levels, markdown, through, usual_size
from corpuskit.readers.pdf.turns import Flow, flows
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Content,
    Found,
    Raw,
    Skipped,
    Trouble,
    UnreadableError,
    WholeFile,
    WholeFileParams,
)

_FEW = 8  # letters; a page with pictures and no more than that is a scan
_MANY_PATHS = 100  # objects; a page without a letter that has so many is drawn letter by letter
_GARBAGE = 0.3  # share of glyphs without a character, from which on a text is none
_MOST_GLYPHS = 30_000_000
_MOST_PIXELS = 50_000_000


class PdfParams(WholeFileParams):
    """Options of the PDF reader."""

    per: Literal["file", "page"] = Field(
        "file", description="What a record is: the whole document, or a page of it."
    )
    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )
    running: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of running headers, footers and page numbers."
    )
    ocr: str | None = Field(
        None,
        description="Function that reads pages without text: package.module:function, or the name "
        "of an installed plug-in. It gets a greyscale PNG and the page's number, and returns text.",
    )
    ocr_dpi: int = Field(300, ge=50, le=600, description="Resolution of the pictures for OCR.")
    max_pages: int = Field(5000, ge=1, description="A document of more pages is a problem.")
    max_page_objects: int = Field(
        200_000, ge=1, description="A page of more objects or letters is a problem."
    )


@dataclass(slots=True)
class _Page:
    """What was found on a page, before pages are compared.

    Attributes:
        number: from 1.
        main: horizontal pieces, tables among them.
        others: pieces of vertical lines and of turned text, each group on its own.
        height: of the page.
        letters, odd: number of glyphs, and of those without a character.
        pictures: it has some, or is drawn without a letter.
        scanned: pictures, and next to no text.
        drawn: it holds anything at all.
        text: from OCR.
    """

    number: int
    main: list[Piece] = field(default_factory=list)
    others: list[tuple[str, list[Piece]]] = field(default_factory=list)
    height: float = 0.0
    letters: int = 0
    odd: int = 0
    pictures: bool = False
    scanned: bool = False
    drawn: bool = False
    text: str | None = None


class Pdf(WholeFile):
    """Reads ``.pdf`` with PDFium: columns, vertical lines, ruled tables, paragraphs over pages.

    Removed: running headers and footers, page numbers, leaders of tables of contents, text on a
    slant (stamps), and the line ends within sentences. A document of pictures without text is
    handed to the `ocr` function, or is the problem ``needs_ocr``; one whose fonts do not say which
    characters their glyphs are is ``unmapped_text``.
    """

    name: ClassVar[str] = "pdf"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".pdf")
    requires: ClassVar[tuple[str, ...]] = ("pypdfium2",)
    Params: ClassVar[type[ReaderParams]] = PdfParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the mark of a PDF stands in the first kilobyte."""
        return 2 if b"%PDF-" in head[:1024] else super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The document, or its pages; pages that can't be read are problems of their own."""
        recognise = load_ocr(self.params.ocr) if self.params.ocr else None
        document = _opened(raw.data)
        try:
            title, about = about_pdf(document, raw.data)
            if len(document) > self.params.max_pages:
                raise UnreadableError(
                    "too_many_pages",
                    f"{len(document)} pages; raise max_pages above {self.params.max_pages}",
                )
            pages: list[_Page] = []
            total = 0
            for number in range(1, len(document) + 1):
                found = self._page(document, number, recognise)
                if isinstance(found, Trouble):
                    yield found
                    continue
                total += found.letters
                if total > _MOST_GLYPHS:
                    raise UnreadableError("too_many_objects", "more letters than a book holds")
                pages.append(found)
            about = {**about, "pages": len(document)}
        finally:
            document.close()
        yield from self._documents(pages, title, about)

    def _page(self, document: Any, number: int, recognise: Any) -> _Page | Trouble:
        """One page, closed again."""
        import pypdfium2

        place = f"page {number}"
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError:
            return Trouble(place, "broken_page", "PDFium can't load the page; repair the PDF")
        try:
            parts = page_parts(page, self.params.max_page_objects)
            if parts is None:
                limit = self.params.max_page_objects
                message = f"more than {limit} objects or letters; raise max_page_objects"
                return Trouble(place, "too_many_objects", message)
            found = self._taken(parts, number)
            if recognise is not None and (found.scanned or _is_garbage(found.odd, found.letters)):
                found.text = _read_by(recognise, page, number, self.params.ocr_dpi)
            return found
        except pypdfium2.PdfiumError:
            return Trouble(place, "broken_page", "PDFium can't take the page apart; repair the PDF")
        except OcrError as error:
            return Trouble(place, "ocr_failed", error.args[0])
        finally:
            page.close()

    def _taken(self, parts: PageParts, number: int) -> _Page:
        found = _Page(number)
        letters = characters(parts.glyphs.code)
        found.letters = sum(not letter.isspace() for letter in letters)
        found.odd = unmapped(letters)
        found.drawn = parts.objects > 0
        drawn = found.letters == 0 and parts.objects > _MANY_PATHS
        found.pictures = drawn or parts.images > 0
        found.scanned = found.pictures and found.letters <= _FEW
        for flow in flows(parts)[0]:
            self._take(flow, found)
        found.height = found.height or parts.height
        return found

    def _take(self, flow: Flow, page: _Page) -> None:
        keep = self.params.ruby == "keep"
        if flow.kind != "main":
            page.others.append((flow.kind, pieces(flow.glyphs, keep_ruby=keep)))
            return
        page.height = flow.height
        tables, rest = take_tables(
            flow.glyphs,
            flow.rules,
            lambda cell: _cell(cell, keep=keep),
            lambda frame: pieces(frame, keep_ruby=keep),
        )
        page.main = pieces(rest, keep_ruby=keep) + tables

    def _documents(
        self, pages: list[_Page], title: str | None, about: dict[str, Any]
    ) -> Iterator[Found]:
        if self.params.per == "page":
            yield from self._one_by_one(pages, title, about)
            return
        if not pages:
            return  # each has its own problem
        whole = through(self._blocks(pages))
        usual = usual_size([whole])
        text = markdown(whole, usual, levels(whole, usual))
        if trouble := _unreadable("file", pages, text):
            yield trouble
            return
        if scans := sum(page.scanned and page.text is None for page in pages):
            yield Skipped("pages_without_text", scans)
        yield Content(text, title or heading_of(whole, usual), {**about, **_odd(pages)})

    def _one_by_one(
        self, pages: list[_Page], title: str | None, about: dict[str, Any]
    ) -> Iterator[Found]:
        laid = self._blocks(pages)
        usual = usual_size(laid)
        by_size = levels([block for blocks in laid for block in blocks], usual)
        for page, blocks in zip(pages, laid, strict=True):
            place = f"page {page.number}"
            text = markdown(blocks, usual, by_size)
            if not text and not page.drawn:
                yield Skipped("empty_page")
            elif trouble := _unreadable(place, [page], text):
                yield trouble
            else:
                yield Content(text, title, {**about, **_odd([page])}, place)

    def _blocks(self, pages: list[_Page]) -> list[list[Block]]:
        """The blocks of each page, without what runs over the pages."""
        drop = self.params.running == "drop"
        main = [page.main for page in pages]
        gone = running(main, [page.height for page in pages]) if drop else [set() for _ in pages]
        return [_page_blocks(page, away) for page, away in zip(pages, gone, strict=True)]


class OcrError(Exception):
    """The OCR function failed on a page."""


def _opened(data: bytes) -> Any:
    import pypdfium2
    import pypdfium2.raw as pdfium

    if b"%PDF-" not in data[:1024]:
        raise UnreadableError("broken_pdf", "the mark of a PDF (%PDF-) is not at the start")
    use_box_font()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise UnreadableError(
                "encrypted", "the PDF asks for a password; remove it and run again"
            ) from None
        raise UnreadableError(
            "broken_pdf", "PDFium can't open the file: damaged or cut short; get it again"
        ) from None
    if len(document) == 0:
        document.close()
        raise UnreadableError("broken_pdf", "the PDF has no pages: damaged or cut short")
    return document


def _read_by(recognise: Any, page: Any, number: int, dpi: int) -> str:
    """The text that the OCR function finds on a page."""
    wide, high = page.get_size()
    scale = min(dpi / 72, (_MOST_PIXELS / max(1.0, wide * high)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        png = grey_png(bitmap.width, bitmap.height, bytes(bitmap.buffer), bitmap.stride)
    finally:
        bitmap.close()
    try:
        text = recognise(png, number)
    except Exception as error:  # noqa: BLE001 - whatever a plug-in raises is this page's problem
        raise OcrError(f"the OCR function raised {type(error).__name__}") from None
    if not isinstance(text, str):
        raise OcrError(f"the OCR function gave {type(text).__name__}, not str")
    return text.strip()


def _cell(glyphs: Glyphs, *, keep: bool) -> str:
    """The text of a table's cell, in one line."""
    page = PageParts(1e4, 1e4, glyphs, [])
    found = (pieces(flow.glyphs, keep_ruby=keep) for flow in flows(page)[0])
    texts = (joined([row.text for row in rows_of(each)]) for each in found if each)
    return " ".join(texts)


def _is_garbage(odd: int, letters: int) -> bool:
    return odd > _FEW and odd >= _GARBAGE * letters


def _unreadable(place: str, pages: list[_Page], text: str) -> Trouble | None:
    """Why pages have no text to keep: fonts without characters, pictures, nothing there."""
    if any(page.text for page in pages):
        return None
    letters = sum(page.letters for page in pages)
    if _is_garbage(sum(page.odd for page in pages), letters):
        message = "the fonts do not say which characters their glyphs are; read it with OCR"
        return Trouble(place, "unmapped_text", message)
    pictures = sum(page.pictures for page in pages)
    if 2 * pictures >= len(pages) and len("".join(text.split())) <= _FEW * len(pages):
        if any(page.text is not None for page in pages):
            return Trouble(place, "no_text", "OCR found no text either")
        message = "pictures without text; name an OCR function (option ocr) to read them"
        return Trouble(place, "needs_ocr", message)
    if not text:
        return Trouble(place, "no_text", "there is no text on the pages, nor a picture of one")
    return None


def _odd(pages: list[_Page]) -> dict[str, Any]:
    """Glyphs without a character, and pages read by OCR, where there are any."""
    odd, ocr = sum(page.odd for page in pages), sum(bool(page.text) for page in pages)
    return {"unmapped_glyphs": odd or None, "ocr_pages": ocr or None}


def _page_blocks(page: _Page, gone: set[int]) -> list[Block]:
    if page.text is not None:
        paragraphs = [part.strip() for part in page.text.split("\n\n")]
        return [Block(text, 0.0, letters=len(text)) for text in paragraphs if text]
    gone = gone | review_notes(page.main)
    main = [piece for at, piece in enumerate(page.main) if at not in gone]
    vertical = [
        block for kind, each in page.others for block in blocks_of(each) if kind == "vertical"
    ]
    aside = [block for kind, each in page.others for block in blocks_of(each) if kind != "vertical"]
    return vertical + blocks_of(main) + aside
