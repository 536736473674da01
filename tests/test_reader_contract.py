"""Built-in readers pass the contract test that a plug-in's author runs; broken ones don't."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from corpuskit.errors import StageError
from corpuskit.readers.whole import Content, Found, Raw, WholeFile
from corpuskit.registry import Registry
from corpuskit.testing import check_reader

TEXT = "海に近い町では、朝の市場に新しい魚が並ぶ。㈱と①と10⁵。\n"
PAGE = f"<html><body><h1>町</h1><p>{TEXT}</p></body></html>".encode()

SAMPLES: dict[str, dict[str, bytes]] = {
    "text": {"a.txt": TEXT.replace("⁵", "5").encode("cp932")},
    "html": {"a.html": PAGE},
    "jsonl": {"a.jsonl": f'{{"text": "{TEXT.strip()}"}}\n'.encode() * 3},
    "csv": {"a.csv": f"text,id\n{TEXT.strip()},1\n".encode()},
    "json": {"a.json": f'[{{"text": "{TEXT.strip()}"}}]'.encode()},
    "markdown": {"a.md": f"# 町\n\n{TEXT}".encode()},
    "rst": {"a.rst": f"町\n==\n\n{TEXT}".encode()},
    "pod": {"a.pod": f"=encoding utf8\n\n=head1 町\n\n{TEXT}".encode()},
    "mail": {"a.eml": f"Subject: =?ISO-2022-JP?B?GyRCRC4bKEI=?=\n\n{TEXT}".encode()},
    "xml": {"a.xml": f"<r><p>{TEXT}</p></r>".encode()},
    "po": {"a.po": f'msgid "town"\nmsgstr "{TEXT.strip()}"\n'.encode()},
}


@pytest.mark.parametrize("name", sorted(Registry().readers))
def test_built_in_readers_keep_the_contract(name: str) -> None:
    check_reader(name, SAMPLES.get(name))


def broken(**attributes: Any) -> type[WholeFile]:
    def contents(self: WholeFile, raw: Raw) -> Iterator[Found]:
        yield Content(raw.data.decode("utf-8", "replace"))

    return type("Broken", (WholeFile,), {"name": "broken", "contents": contents, **attributes})


def raising(self: WholeFile, raw: Raw) -> Iterator[Found]:
    yield Content(raw.data.decode())


def twice(self: WholeFile, raw: Raw) -> Iterator[Found]:
    yield Content("一")
    yield Content("二")


def counting(self: WholeFile, raw: Raw) -> Iterator[Found]:
    CALLS.append(1)
    yield Content(f"{len(CALLS)}")


def silent(self: WholeFile, raw: Raw) -> Iterator[Found]:
    yield from ()


CALLS: list[int] = []


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({}, None),
        ({"name": "Two Words"}, "the name is"),
        ({"version": 0}, "count from 1"),
        ({"endings": ("txt",)}, "is not like '.txt'"),
        ({"recognises": classmethod(lambda cls, head, name: True)}, "0, 1 or 2"),
        ({"contents": raising}, "raised UnicodeDecodeError"),
        ({"contents": twice}, "two records of"),
        ({"contents": counting}, "differently each time"),
        ({"contents": silent}, "finds nothing"),
    ],
)
def test_broken_readers_are_told(attributes: dict[str, Any], message: str | None) -> None:
    if message is None:
        check_reader(broken(**attributes), {"a.txt": b"x"})
        return
    with pytest.raises(StageError, match=message):
        check_reader(broken(**attributes), {"a.txt": b"x"})
