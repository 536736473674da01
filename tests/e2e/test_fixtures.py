"""Every real file at hand is read by its reader, or quarantined with a right reason."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpuskit.assemble import Finished
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.readers.reading import shared

#: Reader of each kind of files; some folders hold several.
READERS: dict[str, set[str]] = {
    "csv_sjis": {"csv"},
    "csv_utf8": {"csv"},
    "docx": {"docx"},
    "eml": {"mail"},
    "epub_src_vertical": {"html", "xml", "none"},
    "html_euc_jp": {"html"},
    "html_real_sites": {"html"},
    "html_sjis_aozora": {"html"},
    "html_sjis_law2013": {"html"},
    "html_utf8_docs": {"html"},
    "html_utf8_law2025": {"html"},
    "json_benchmarks": {"jsonl"},
    "json_gov": {"csv", "json"},
    "md_docs": {"markdown", "rd"},
    "md_law_article": {"markdown"},
    "md_msdocs_HT": {"markdown"},
    "md_msdocs_MT": {"markdown"},
    "md_versions_java": {"markdown"},
    "odf": {"xlsx"},
    "office_legacy": {"xlsx", "ole"},
    "pdf": {"pdf"},
    "pdf_cmap": {"pdf"},
    "pdf_scanned": {"pdf"},
    "pdf_tex": {"pdf"},
    "pdf_vertical": {"pdf"},
    "po_gettext": {"po"},
    "pptx": {"pptx"},
    "rst_docs": {"rst"},
    "rtf": {"rtf"},
    "scan_images_ocr": {"image", "xml"},
    "txt_eucjp_misc": {"text"},
    "txt_eucjp_pod": {"pod"},
    "txt_iso2022jp": {"tex"},
    "txt_sjis_aozora": {"aozora"},
    "txt_sjis_wikipedia": {"text"},
    "txt_utf8_law2013": {"text"},
    "txt_utf8_wikipedia_leads": {"text"},
    "warc": {"warc"},
    "xlsx": {"xlsx"},
    "xml_docbook_php": {"docbook"},
    "xml_egov_law": {"law"},
    "xml_tmx": {"tmx"},
    "xml_wikidump": {"wiki"},
    "zip_aozora": {"zip"},
    "zip_sjis_names": {"zip"},
}
#: What may stand in the quarantine, by kind: tables whose text column nobody named, pictures,
#: style sheets of a book, a dump that is cut short.
TROUBLES: dict[str, set[str]] = {
    "csv_sjis": {"missing_text"},
    "csv_utf8": {"missing_text"},
    "json_benchmarks": {"missing_text"},
    "json_gov": {"missing_text"},
    "epub_src_vertical": {"unknown_format"},
    "pdf_scanned": {"needs_ocr"},
    "scan_images_ocr": {"needs_ocr"},
    "xml_wikidump": {"broken_xml"},
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("fixtures")
    recipe = folder / "recipe.yaml"
    content = {
        "name": "fixtures",
        "part_size": "1MB",
        "sources": [{"name": "real", "path": str(shared("fixtures"))}],
        "stages": [],
        "output": {"path": "out"},
    }
    recipe.write_text(json.dumps(content))
    return run(load(recipe), Options(workers=2))


def table(finished: Finished, name: str) -> list[dict[str, Any]]:
    paths = sorted((finished.out / name).glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def test_every_file_has_its_reader(finished: Finished) -> None:
    wrong = [
        (record.uri, record.reader)
        for record in finished.manifest.inputs
        if "/" in record.uri and record.reader not in READERS[record.uri.split("/")[0]]
    ]
    assert wrong == []
    assert {r.uri.split("/")[0] for r in finished.manifest.inputs if "/" in r.uri} == set(READERS)


def test_every_file_is_read_or_has_a_right_reason(finished: Finished) -> None:
    wrong = [
        (row["uri"], row["locator"], row["error"])
        for row in table(finished, "quarantine")
        if "/" in row["uri"] and row["error"] not in TROUBLES.get(row["uri"].split("/")[0], set())
    ]
    assert wrong == []
    silent = [r.uri for r in finished.manifest.inputs if not r.read and not r.skipped]
    assert silent == []


#: Files that were looked at: English, a table of kanji, hardly a word, a book's cover and contents.
_NO_KANA = re.compile(
    r"phonetic\.docx|EN2JP\.docx|example14|japanese_attachment|attachment_with|SUBSTITUTE|50298"
    r"|TestShiftJIS|jis2004\.tex|57826|smartart|sample\.xlsx|real_pages"
)


def test_texts_are_japanese_and_hold_no_remains(finished: Finished) -> None:
    rows = table(finished, "data")
    kana = re.compile("[ぁ-ゖァ-ヺ]")
    without = {row["uri"] for row in rows if not kana.search(row["text"])}
    assert [uri for uri in sorted(without) if not _NO_KANA.search(uri)] == []
    odd = Counter(
        row["uri"] for row in rows if "\x00" in row["text"] or row["text"].count("\ufffd") > 20
    )
    assert not odd, odd


def test_declared_encodings_are_found(finished: Finished) -> None:
    """`labels/encoding_truth.tsv` over the files at hand that are one document each."""
    found = {row["uri"]: row["encoding"] for row in table(finished, "data") if row["encoding"]}
    manifest = shared("fixtures") / "MANIFEST.tsv"
    with manifest.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    families = {"cp932": "cp932", "shift_jis": "cp932", "euc_jp": "euc_jp", "utf-8": "utf-8"}
    compared = wrong = 0
    for row in rows:
        told = (row["detected_encoding"] or "").lower().replace("-sig", "")
        known = families.get(told.replace("euc-jp", "euc_jp"))
        if known and row["file"] in found:
            compared += 1
            wrong += found[row["file"]] != known
    assert compared > 200
    assert wrong == 0
