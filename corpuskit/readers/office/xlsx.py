"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS): sheets as readable tables and forms, values only."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.layout import blocks, heading
from corpuskit.readers.office.compound import Compound
from corpuskit.readers.office.odfpackage import OdfPackage
from corpuskit.readers.office.odssheets import ods_sheets
from corpuskit.readers.office.officeparts import OLE_MAGIC, ZIP_MAGIC, Package
from corpuskit.readers.office.sheetbounds import rectangle, xls_areas
from corpuskit.readers.office.sheetgrid import grid_blocks, rows_of
from corpuskit.readers.office.sheetparts import Sheet, XlsxParts, too_many_cells
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

_DEFAULT_NAME = re.compile(r"(?:Sheet|シート|表) ?\d*", re.I)


class XlsxParams(WholeFileParams):
    """Options of the spreadsheet reader."""

    per: Literal["file", "sheet"] = Field(
        "file", description="What a document is: the workbook, or each of its sheets."
    )
    hidden: bool = Field(False, description="Hidden sheets, too.")
    drawings: bool = Field(
        True, description="The text of shapes and diagrams on a sheet, after its cells (XLSX)."
    )
    max_cells: int = Field(
        10_000_000,
        ge=1,
        le=100_000_000,
        description="A sheet whose cells lie in a larger rectangle is a problem.",
    )


class Xlsx(WholeFile):
    """Reads ``.xlsx``, ``.xlsm``, ``.xlsb``, ``.xls`` and ``.ods``: values, not formulas."""

    name: ClassVar[str] = "xlsx"
    requires: ClassVar[tuple[str, ...]] = ("python_calamine",)
    endings: ClassVar[tuple[str, ...]] = compressed_endings(
        ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".ods", ".ots"
    )
    Params: ClassVar[type[ReaderParams]] = XlsxParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file is of the kind that its name says, or holds parts of a workbook."""
        if head.startswith(ZIP_MAGIC):
            named = name.endswith(cls.endings)
            marked = b"xl/workbook." in head or b"opendocument.spreadsheet" in head
            return 2 if named or marked else 0
        return 2 if head.startswith(OLE_MAGIC) and name.endswith(_OLD) else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The workbook or its sheets; a sheet that can't be read is a problem of its own."""
        about: dict[str, Any] = {}
        found = list(self._sheets(raw.data, about))
        title = about.pop("title", None)
        sheets = [each for each in found if isinstance(each, Sheet)]
        yield from (each for each in found if not isinstance(each, Sheet))
        if self.params.per == "sheet":
            for sheet in sheets:
                if sheet.blocks:
                    yield Content(blocks(sheet.blocks), sheet.name, about, sheet.locator)
            return
        if sheets or not found:
            yield Content(blocks(_with_names(sheets)), title, about)

    def _sheets(self, data: bytes, about: dict[str, Any]) -> Iterator[Sheet | Trouble | Skipped]:
        if data.startswith(OLE_MAGIC):
            self._check_old(data)
            yield from self._excel(data, None)
            return
        package = Package(data, "a workbook")
        if package.has("content.xml"):
            document = OdfPackage(package)
            about.update(document.properties)
            yield from ods_sheets(document, self.params.max_cells, hidden=self.params.hidden)
            return
        about.update(package.properties)
        parts = XlsxParts(package)
        parts.check_shared()
        yield from self._excel(data, parts)

    def _check_old(self, data: bytes) -> None:
        """Check an old workbook, whose cells the library sets out all at once."""
        compound = Compound(data)
        if "EncryptedPackage" in compound.streams:
            raise UnreadableError("encrypted", _ENCRYPTED)
        stream = compound.get("Workbook") or compound.get("Book")
        if stream is None:
            raise UnreadableError("wrong_format", "the OLE file holds no workbook; fetch it again")
        if sum(xls_areas(stream)) > self.params.max_cells:
            raise too_many_cells(self.params.max_cells)

    def _excel(self, data: bytes, parts: XlsxParts | None) -> Iterator[Sheet | Trouble | Skipped]:
        workbook = _called(lambda module: module.CalamineWorkbook.from_filelike(io.BytesIO(data)))
        for each in workbook.sheets_metadata:
            if str(each.visible).rpartition(".")[2].upper() != "VISIBLE" and not self.params.hidden:
                yield Skipped("hidden_sheet")
                continue
            try:
                yield self._sheet(workbook, each.name, parts)
            except UnreadableError as error:
                yield Trouble(each.name, error.error, error.message)

    def _sheet(self, workbook: Any, name: str, parts: XlsxParts | None) -> Sheet:
        drawn = parts.shapes(name) if parts is not None and self.params.drawings else []
        shapes = ["\n".join(drawn)] if drawn else []
        if parts is not None:
            parts.check_area(name, self.params.max_cells)
        try:
            sheet = _called(lambda module: workbook.get_sheet_by_name(name))
        except UnreadableError:
            if shapes:  # a sheet of charts has no cells
                return Sheet(name, "", shapes)
            raise
        if sheet.start is None:
            return Sheet(name, "", shapes)
        merged = sheet.merged_cell_ranges or ()
        reach: Mapping[tuple[int, int], int] = {first: last[0] for first, last in merged}
        found = list(grid_blocks(rows_of(sheet.iter_rows(), sheet.start, reach)))
        return Sheet(name, rectangle(sheet.start, sheet.end), [*found, *shapes])


_OLD = compressed_endings(".xls", ".xlt")
_ENCRYPTED = "protected by a password; save it without one"


def _called(call: Callable[[Any], Any]) -> Any:
    """What the library gives back; what it raises, and its panics, as an error of the file."""
    import python_calamine

    try:
        return call(python_calamine)
    except python_calamine.PasswordError:
        raise UnreadableError("encrypted", _ENCRYPTED) from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        kind = type(error).__name__
        raise UnreadableError(
            "broken_workbook", f"the workbook or sheet is damaged ({kind}); save it again"
        ) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(
            "broken_workbook", "the workbook or sheet is damaged; save it again"
        ) from None


def _with_names(sheets: list[Sheet]) -> Iterator[str]:
    """The text of all sheets, each below its name, unless the name is one that Excel gave."""
    for sheet in sheets:
        if sheet.blocks:
            if not _DEFAULT_NAME.fullmatch(sheet.name):
                yield heading(2, sheet.name)
            yield from sheet.blocks
