from __future__ import annotations

import bz2
import gzip
import io
import random
import struct
import tarfile
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zstandard

from corpuskit.document import Identity
from corpuskit.readers.archives.members import ArchiveParams
from corpuskit.readers.archives.tar import Tar
from corpuskit.readers.archives.zip import Zip, ZipParams
from corpuskit.readers.protocol import InputFile, Slice

from .reading import Rows, in_memory, read, shared

Files = list[tuple[str, bytes]]
NAMES: Files = [("部屋/①㈱髙.txt", "東京".encode()), ("b.txt", b"b"), ("部屋/", b"")]
TRAPS: Files = [
    ("a.txt", b"1"),
    ("a.txt", b"2"),
    ("a.txt#2", b"3"),
    ("./c//d.txt", b"4"),
    ("../e.txt", b"x"),
    ("f/../g.txt", b"x"),
    ("/h.txt", b"x"),
    ("C:\\i.txt", b"x"),
    (".DS_Store", b"x"),
    ("__MACOSX/._a.txt", b"x"),
    (".git/config", b"x"),
    ("p/Thumbs.db", b"x"),
]


def zipped(files: Files, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", how) as box:
        warnings.simplefilter("ignore")  # the same name twice is meant
        for name, data in files:
            box.writestr(name, data)
    return out.getvalue()


def tarred(files: Files, form: int = tarfile.GNU_FORMAT, encoding: str = "utf-8") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding=encoding) as box:
        for name, data in files:
            info = tarfile.TarInfo(name.rstrip("/"))
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            info.size = len(data)
            box.addfile(info, io.BytesIO(data))
    return out.getvalue()


def unzip(data: bytes, **options: Any) -> Rows:
    return read(Zip(ZipParams(**options)), in_memory(data, "a.zip"))


def untar(data: bytes, **options: Any) -> Rows:
    return read(Tar(ArchiveParams(**options)), in_memory(data, "a.tar"))


def members(rows: Rows) -> Files:
    return [(member.name, member.data) for member in rows.members]


@pytest.mark.parametrize("how", [0, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_of_a_zip(how: int) -> None:
    rows = unzip(zipped(NAMES, how))
    assert members(rows) == NAMES[:2]
    assert [member.locator for member in rows.members] == ["部屋/①㈱髙.txt", "b.txt"]
    assert not rows.problems
    assert not rows.skipped


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, zstandard.compress])
def test_members_of_a_tar(form: int, pack: Any) -> None:
    long = ("長い" * 14 + "/" + "名前" * 15 + ".txt", b"long" * 1000)
    data = tarred([*NAMES, long], form)
    assert Tar.recognises(data[:4096], "x") == 2
    rows = untar(pack(data))
    assert members(rows) == [*NAMES[:2], long]
    assert not rows.problems
    assert not rows.skipped


@pytest.mark.parametrize(("pack", "unpack"), [(zipped, unzip), (tarred, untar)])
def test_names_that_are_refused_hidden_or_there_twice(pack: Any, unpack: Any) -> None:
    rows = unpack(pack(TRAPS))
    assert [member.locator for member in rows.members] == [
        "a.txt",
        "a.txt#2",
        "a.txt#2#2",
        "c/d.txt",
    ]
    assert [member.name for member in rows.members][:2] == ["a.txt", "a.txt"]
    assert rows.errors == [
        ("../e.txt", "unsafe_path"),
        ("f/../g.txt", "unsafe_path"),
        ("/h.txt", "unsafe_path"),
        ("C:/i.txt", "unsafe_path"),
    ]
    assert rows.skipped == {"hidden": 4}


def in_code_page(files: Files) -> bytes:
    """A zip as Windows in Japan writes it: names in CP932, without a mark."""
    raw = [name.encode("cp932") for name, _ in files]
    stand_ins = [f"{number:x<{len(name)}}" for number, name in enumerate(raw)]
    data = zipped([(name, inner) for name, (_, inner) in zip(stand_ins, files, strict=True)])
    for stand_in, name in zip(stand_ins, raw, strict=True):
        data = data.replace(stand_in.encode(), name)
    return data


def test_names_of_windows_in_japan() -> None:
    files = [("表計算ソフト/予定ー①.txt", b"1"), ("申込書.txt", b"2")]
    assert members(unzip(in_code_page(files))) == files


def test_names_of_old_unix_in_japan() -> None:
    files = [("資料/日本語の名前.txt", b"1")]
    assert members(untar(tarred(files, tarfile.GNU_FORMAT, "euc_jp"))) == files
    assert members(untar(tarred(files, tarfile.GNU_FORMAT, "cp932"))) == files


@pytest.mark.parametrize(
    ("files", "reader"),
    [
        ([("[Content_Types].xml", b""), ("word/document.xml", b"")], "docx"),
        ([("[Content_Types].xml", b""), ("xl/workbook.xml", b"")], "xlsx"),
        ([("[Content_Types].xml", b""), ("ppt/slides/slide1.xml", b"")], "pptx"),
        ([("mimetype", b"application/epub+zip"), ("a.opf", b"")], "epub"),
        ([("mimetype", b"application/vnd.oasis.opendocument.text"), ("c", b"")], "odt"),
        ([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet\n")], "ods"),
        ([("mimetype", b"application/vnd.oasis.opendocument.presentation")], "odp"),
    ],
)
def test_packages_are_given_to_their_reader_whole(files: Files, reader: str) -> None:
    data = zipped(files)
    (member,) = unzip(data).members
    assert (member.data, member.reader, member.locator) == (data, reader, "package")
    inner = unzip(zipped([("報告.zip", data)])).members
    assert inner[0].data == data
    assert unzip(data, max_member_bytes=20).errors == [("package", "file_too_large")]


def test_a_zip_with_a_folder_called_word_is_no_package() -> None:
    files = [("word/a.txt", b"1"), ("mimetype", b"application/epub+zip")]
    assert members(unzip(zipped(files))) == files


def test_secrets_and_unknown_methods_cost_one_member() -> None:
    data = bytearray(zipped([("a", b"1"), ("b", b"2"), ("c", b"3")], zipfile.ZIP_STORED))
    directory = data.find(b"PK\x01\x02")
    data[directory + 8] |= 1  # encrypted
    second = data.find(b"PK\x01\x02", directory + 1)
    struct.pack_into("<H", data, second + 10, 98)  # PPMd
    rows = unzip(bytes(data))
    assert rows.errors == [("a", "encrypted"), ("b", "unsupported_compression")]
    assert members(rows) == [("c", b"3")]


def test_a_damaged_member_costs_only_itself() -> None:
    files = [("a", b"1" * 100), ("b", b"2" * 100), ("c", b"3" * 100)]
    data = zipped(files, zipfile.ZIP_STORED).replace(b"2" * 100, b"2" * 99 + b"x")
    rows = unzip(data)
    assert rows.errors == [("b", "corrupt_member")]
    assert members(rows) == [files[0], files[2]]


def test_zip_bombs_are_refused() -> None:
    data = zipped([("bomb", bytes(30 << 20)), ("b", b"2")])
    rows = unzip(data)
    assert rows.errors == [("bomb", "expands_too_much")]
    assert members(rows) == [("b", b"2")]
    lying = data.replace(struct.pack("<I", 30 << 20), struct.pack("<I", 1000))
    assert unzip(lying).errors[0][0] == "bomb"
    assert members(unzip(data, max_ratio=5000))[0][0] == "bomb"
    many = zipped([(f"{n}", bytes(1 << 20)) for n in range(20)])
    rows = unzip(many, max_expanded_bytes=5 << 20)
    assert rows.errors == [("after 5", "expands_too_much")]
    assert unzip(many, max_members=5).errors == [("members", "too_many_members")]
    assert unzip(many, max_member_bytes=5).errors[3] == ("3", "file_too_large")


def test_members_that_lie_over_one_another_are_refused() -> None:
    data = zipped([("a", b"1"), ("b", b"2")], zipfile.ZIP_STORED)
    second = data.rfind(b"PK\x01\x02")
    first = data.find(b"PK\x01\x02")
    forged = bytearray(data)
    forged[second + 42 : second + 46] = forged[first + 42 : first + 46]
    rows = unzip(bytes(forged))
    assert rows.errors == [("b", "overlapping_members")]
    assert members(rows) == [("a", b"1")]


def test_zips_that_cannot_be_read() -> None:
    data = zipped(NAMES)
    assert unzip(data[:-30]).errors == [("file", "broken_zip")]
    assert unzip(b"").errors == [("file", "broken_zip")]
    assert unzip(b"PK\x03\x04").errors == [("file", "broken_zip")]
    assert unzip(zipped([])).skipped == {"empty_archive": 1}
    assert Zip.recognises(zipped([]), "x") == 1
    assert Zip.recognises(data[:4096], "報告.docx") == 1
    assert Zip.recognises(b"PK", "a.txt") == 0


def test_what_is_no_file_in_a_tar_is_counted() -> None:
    out = io.BytesIO()
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    with tarfile.open(fileobj=out, mode="w") as box:
        for kind in kinds:
            info = tarfile.TarInfo("x")
            info.type, info.linkname = kind, "/etc/passwd"
            box.addfile(info)
        info = tarfile.TarInfo("last")
        info.size = 1
        box.addfile(info, io.BytesIO(b"1"))
    rows = untar(out.getvalue())
    assert rows.skipped == {"not_a_file": 5}
    assert members(rows) == [("last", b"1")]


def test_a_tar_goes_on_after_a_broken_head() -> None:
    files = [("a", b"1"), ("b", b"2" * 3000), ("c", b"3")]
    data = bytearray(tarred(files))
    data[1024] ^= 0xFF
    rows = untar(bytes(data))
    assert rows.errors == [("offset 1024", "corrupt_archive")]
    assert members(rows) == [files[0], files[2]]


@pytest.mark.parametrize(
    ("stop", "error"),
    [
        (100, ("offset 100", "truncated_archive")),
        (700, ("a", "truncated_member")),
        (2000, ("offset 2000", "truncated_archive")),
    ],
)
def test_a_tar_that_is_cut_says_so(stop: int, error: tuple[str, str]) -> None:
    assert untar(tarred([("a", b"1" * 1000), ("b", b"2")])[:stop]).errors == [error]


def test_a_tar_whose_compression_breaks_off_keeps_what_came_before() -> None:
    noise = random.Random(1).randbytes(200_000)
    data = gzip.compress(tarred([("a", b"1"), ("b", noise)]))
    rows = untar(data[:-30_000])
    assert members(rows) == [("a", b"1")]
    assert [error for _, error in rows.errors] == ["truncated_member", "truncated_gzip"]


def test_tars_that_are_none_or_too_much() -> None:
    assert untar(b"").errors == [("file", "empty_file")]
    assert untar(bytes(10_240)).skipped == {"empty_archive": 1}
    assert untar(b"no tar at all" * 100).errors == [("offset 0", "corrupt_archive")]
    data = tarred([(str(n), b"x" * 10_000) for n in range(20)])
    assert untar(data, max_members=5).errors == [("members", "too_many_members")]
    assert untar(data, max_member_bytes=5).errors[2] == ("2", "file_too_large")
    bomb = zstandard.compress(tarred([("a", bytes(50 << 20))]))
    assert untar(bomb, max_expanded_bytes=9 << 20).errors == [("file", "expands_too_much")]
    endless = bytearray(tarfile.TarInfo("x").tobuf())
    endless[156:157] = b"x"
    endless[124:136] = b"77777777777\0"
    endless[148:156] = b"%06o\0 " % (sum(endless[:148]) + sum(endless[156:512]) + 256)
    assert untar(bytes(endless)).errors == [("file", "corrupt_archive")]


@pytest.mark.parametrize(("pack", "unpack"), [(zipped, unzip), (tarred, untar)])
def test_any_damage_is_survived(pack: Any, unpack: Any) -> None:
    data = pack(TRAPS + NAMES)
    for at in range(0, len(data), len(data) // 150):
        flipped = bytearray(data)
        flipped[at] ^= 0xA5
        unpack(bytes(flipped))
        if at % 5 == 0:
            unpack(data[:at])


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_big_archives_are_not_held(tmp_path: Path, kind: str) -> None:
    files = [(f"{n}.txt", str(n).encode() * 500_000) for n in range(60)]
    path = tmp_path / f"a.{kind}"
    path.write_bytes(zipped(files, zipfile.ZIP_STORED) if kind == "zip" else tarred(files))
    file = InputFile(path, path.name, path.stat().st_size, "00" * 32)
    reader = Zip() if kind == "zip" else Tar()
    tracemalloc.start()
    count = sum(len(each.members) for each in reader.read(file, Slice(), Identity("a", "b")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60
    assert peak < 12 << 20


def test_real_archives() -> None:
    folder = shared("fixtures/zip_sjis_names")
    (path,) = folder.iterdir()
    assert [member.name for member in read(Zip(), path).members] == ["文章1.txt", "文章2.txt"]
    (path,) = shared("fixtures/zip_aozora").iterdir()
    (work,) = read(Zip(), path).members
    assert work.name == "tsumito_batsu.txt"
    assert work.data.decode("cp932").startswith("罪と罰")
    for kind in ("docx", "xlsx", "pptx"):
        package = next(iter(sorted(shared(f"fixtures/{kind}").glob(f"*.{kind}"))))
        assert [member.reader for member in read(Zip(), package).members] == [kind]
