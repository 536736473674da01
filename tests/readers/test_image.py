from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpuskit.readers.image import Image, ImageParams
from corpuskit.readers.ocr import grey_png

from .reading import read

PNG = grey_png(2, 2, b"\x00\xff\xff\x00", 2)


def recognise(picture: bytes, page: int) -> str:
    assert picture == PNG
    return f"{page}頁に㈱と書いてある。"


def fails(picture: bytes, page: int) -> str:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (PNG, 2),
        (b"\xff\xd8\xff\xe0", 2),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", 2),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00", 2),
        ("BMIは体格の指数である。".encode(), 0),
        (b"", 0),
    ],
)
def test_pictures_are_known_by_their_bytes(head: bytes, sure: int) -> None:
    assert Image.recognises(head, "a.png") == sure


def test_a_picture_needs_ocr_or_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    assert read(Image(), path).errors == [("file", "needs_ocr")]
    found = read(Image(ImageParams(ocr=f"{__name__}:recognise")), path).records[0]
    assert found["text"] == "1頁に㈱と書いてある。"
    assert json.loads(found["meta"]) == {"ocr_pages": 1}
    failed = read(Image(ImageParams(ocr=f"{__name__}:fails")), path)
    assert failed.errors == [("file", "ocr_failed")]
