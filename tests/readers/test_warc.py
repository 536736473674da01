from __future__ import annotations

import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from corpuskit.document import Identity
from corpuskit.readers.protocol import InputFile, Slice
from corpuskit.readers.warc.reader import Warc, WarcParams

from .reading import Rows, about, in_memory, read, shared

brotli = pytest.importorskip("brotli")

PAGE = "<html><body><p>東京は①㈱髙﨑、ﾊﾝｶｸ、か\u3099、𠮷。</p></body></html>".encode() * 9
Pack = Callable[[list[bytes]], bytes]
#: The ways a web archive is packed.
WAYS: dict[str, Pack] = {
    "plain": b"".join,
    "gzip": lambda records: b"".join(map(gzip.compress, records)),
    "gzip whole": lambda records: gzip.compress(b"".join(records)),
    "gzip in pieces": lambda records: b"".join(
        gzip.compress(b"".join(records)[at : at + 300])
        for at in range(0, len(b"".join(records)), 300)
    ),
    "zstd": lambda records: b"".join(map(zstandard.compress, records)),
    "zstd whole": lambda records: zstandard.compress(b"".join(records)),
}


def record(kind: str, body: bytes, number: int = 0, **fields: str) -> bytes:
    named = {
        "WARC-Type": kind,
        "WARC-Target-URI": f"http://example.jp/{number}",
        "WARC-Date": "2024-01-02T03:04:05Z",
        "WARC-Record-ID": f"<urn:uuid:{number}>",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(body)),
    }
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    version = named.pop("version", "1.0")
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/{version}\r\n{lines}\r\n".encode() + body + b"\r\n\r\n"


def zipped(data: bytes) -> bytes:
    """gzip without the time of day."""
    return gzip.compress(data, mtime=0)


def http(
    body: bytes = PAGE, kind: str = "text/html", more: str = "", status: str = "200 OK"
) -> bytes:
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    return f"HTTP/1.1 {status}\r\n{typed}{more}\r\n".encode() + body


def page(number: int) -> bytes:
    return record("response", http(b"<p>%d</p>" % number + PAGE), number)


def warc(*records: bytes, **options: Any) -> Rows:
    return read(Warc(WarcParams(**options)), in_memory(b"".join(records), "a.warc"))


PAGES = [record("warcinfo", b"software: x", 99), *map(page, range(6))]


@pytest.mark.parametrize("way", WAYS)
def test_every_page_is_a_member(way: str) -> None:
    rows = warc(WAYS[way](PAGES))
    assert [member.data[:8] for member in rows.members] == [b"<p>%d</p>" % n for n in range(6)]
    assert len({member.locator for member in rows.members}) == 6
    assert rows.skipped == {"warc:warcinfo": 1}
    assert not rows.problems


@pytest.mark.parametrize("way", ["plain", "gzip", "zstd"])
def test_the_place_is_where_the_record_begins_in_the_file(way: str) -> None:
    member = warc(WAYS[way](PAGES)).members[3]
    assert member.locator == f"offset {len(WAYS[way](PAGES[:4]))}"


def test_the_place_in_a_file_packed_as_a_whole_counts_unpacked_bytes() -> None:
    member = warc(WAYS["gzip whole"](PAGES)).members[3]
    assert member.locator == f"offset 0+{len(b''.join(PAGES[:4]))}"


@pytest.mark.parametrize("version", ["0.18", "1.0", "1.1"])
def test_what_the_archive_and_the_server_say(version: str) -> None:
    more = (
        "Server: x\r\nX-Robots-Tag: noindex\r\nX-Robots-Tag: noai\r\nContent-Language: ja\r\n"
        "Set-Cookie: secret=1\r\n"
    )
    body = http(PAGE, "text/html; charset=Shift_JIS", more)
    (member,) = warc(
        record("response", body, 7, version=version, WARC_Payload_Digest="sha1:ABC")
    ).members
    headers = json.loads(member.about["headers"])
    assert headers == {
        "content-type": "text/html; charset=Shift_JIS",
        "server": "x",
        "x-robots-tag": "noindex, noai",
        "content-language": "ja",
    }
    assert {name: value for name, value in member.about.items() if name != "headers"} == {
        "url": "http://example.jp/7",
        "fetched": "2024-01-02T03:04:05Z",
        "record_id": "urn:uuid:7",
        "payload_digest": "sha1:ABC",
        "robots": "noindex, noai",
        "language": "ja",
    }
    assert (member.name, member.charset, member.media_type) == ("7.html", "Shift_JIS", "text/html")


def test_what_is_no_page_is_counted() -> None:
    rows = warc(
        record("request", b"GET / HTTP/1.1\r\n\r\n"),
        record("metadata", b"a: b"),
        record("revisit", http(b"")),
        record("continuation", b"x"),
        record("invented", b"x"),
        record(
            "response",
            b"20240102 1.2.3.4",
            WARC_Target_URI="dns:example.jp",
            Content_Type="text/dns",
        ),
        record("response", http(status="301 Moved")),
        record("response", http(status="404 Not Found")),
        record("response", http(status="404 Not Found")),
        record("response", http(b"\x89PNG", "image/png")),
        record("response", http(b"{}", "application/json")),
        record("response", http(b" \r\n")),
        record(
            "response", http(b"User-agent: *", "text/plain"), WARC_Target_URI="http://a/robots.txt"
        ),
        page(1),
    )
    assert rows.skipped == {
        **{f"warc:{kind}": 1 for kind in ("request", "metadata", "revisit", "continuation")},
        "warc:other": 1,
        "warc:dns": 1,
        "status:301": 1,
        "status:404": 2,
        "media_type": 2,
        "empty_body": 1,
        "robots_txt": 1,
    }
    assert len(rows.members) == 1
    assert not rows.problems


def test_the_recipe_says_which_media_types_are_taken() -> None:
    both = [record("response", http(b"{}", "application/json")), page(1)]
    assert [m.name for m in warc(*both, media_types=("application/*",)).members] == ["0.json"]
    assert [m.name for m in warc(*both, media_types=("text/html",)).members] == ["1.html"]


@pytest.mark.parametrize(
    ("kind", "body", "url", "name"),
    [
        ("", b"%PDF-1.4", "http://a/x", "x.pdf"),
        ("application/octet-stream", b"<!DOCTYPE html><p>", "http://a/", "index.html"),
        ("", "ただの文".encode(), "http://a/x", "x.txt"),
        ("text/plain", b"a,b", "http://a/data.csv?x=1", "data.csv"),
        ("text/html", PAGE, "http://a/%E6%9D%B1.php", "東.php.html"),
        ("TEXT/HTML", PAGE, "http://[broken/", "index.html"),
        ("application/vnd.ms-excel", b"x", "http://a/b.xlsx", "b.xlsx"),
    ],
)
def test_the_name_tells_readers_the_media_type(kind: str, body: bytes, url: str, name: str) -> None:
    (member,) = warc(record("response", http(body, kind), WARC_Target_URI=url)).members
    assert member.name == name


def test_resources_are_their_own_payload() -> None:
    (member,) = warc(record("resource", PAGE, Content_Type="text/html; charset=utf-8")).members
    assert (member.data, member.charset) == (PAGE, "utf-8")
    assert "headers" not in member.about


def test_conversions_are_documents() -> None:
    text = "東京の天気\n今日は晴れ。\n"
    (row,) = warc(
        record(
            "conversion",
            text.encode(),
            Content_Type="text/plain",
            WARC_Identified_Content_Language="jpn",
        )
    ).records
    assert (row["text"], row["title"], row["locator"]) == (text, "東京の天気", "offset 0")
    assert about(row) == {
        "url": "http://example.jp/0",
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
        "fetched": "2024-01-02T03:04:05Z",
        "record_id": "urn:uuid:0",
        "identified_language": "jpn",
    }


def chunked(body: bytes, size: int = 50) -> bytes:
    cut = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(piece), piece) for piece in cut) + b"0\r\n\r\n"


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ("Transfer-Encoding: chunked\r\n", chunked(PAGE)),
        ("Transfer-Encoding: chunked\r\n", PAGE),
        ("Content-Encoding: gzip\r\n", zipped(PAGE)),
        ("Content-Encoding: x-gzip\r\n", zipped(PAGE)),
        ("Content-Encoding: gzip\r\n", PAGE),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunked(zipped(PAGE))),
        ("Content-Encoding: deflate\r\n", zlib.compress(PAGE)),
        ("Content-Encoding: deflate\r\n", raw_deflate(PAGE)),
        ("Content-Encoding: br\r\n", brotli.compress(PAGE)),
        ("Content-Encoding: br\r\n", PAGE),
        ("Content-Encoding: zstd\r\n", zstandard.compress(PAGE)),
        ("Content-Encoding: deflate, gzip\r\n", zipped(zlib.compress(PAGE))),
        ("Content-Encoding: utf-8\r\n", PAGE),
    ],
)
def test_bodies_are_unpacked_if_they_are_packed(more: str, body: bytes) -> None:
    (member,) = warc(record("response", http(body, more=more))).members
    assert member.data == PAGE


@pytest.mark.parametrize(
    ("more", "body", "error"),
    [
        ("Transfer-Encoding: chunked\r\n", chunked(PAGE)[:200], "truncated_body"),
        ("Content-Encoding: gzip\r\n", zipped(PAGE)[:40], "truncated_body"),
        ("Content-Encoding: gzip\r\n", zipped(PAGE)[:-8] + b"\0" * 8, "corrupt_body"),
        ("Content-Encoding: gzip\r\n", zipped(bytes(80 << 20)), "record_too_large"),
    ],
)
def test_broken_bodies_are_problems(more: str, body: bytes, error: str) -> None:
    rows = warc(record("response", http(body, more=more)), page(1))
    assert rows.errors == [("offset 0", error)]
    assert len(rows.members) == 1


def test_what_the_crawler_cut_is_taken_and_marked() -> None:
    body = http(gzip.compress(bytes(range(65, 91)) * 9000)[:300], more="Content-Encoding: gzip\r\n")
    (member,) = warc(record("response", body, WARC_Truncated="length")).members
    assert member.data.startswith(b"ABC")
    assert member.about["truncated"] == "length"


checked_zstd = zstandard.ZstdCompressor(write_checksum=True).compress


def damaged(records: list[bytes], number: int) -> bytes:
    data = bytearray(b"".join(records))
    at = len(b"".join(records[:number])) + len(records[number]) // 2
    data[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


@pytest.mark.parametrize("pack", [gzip.compress, checked_zstd])
def test_damage_costs_one_record(pack: Callable[[bytes], bytes]) -> None:
    records = [pack(each) for each in PAGES]
    rows = warc(damaged(records, 3))
    assert [m.data[3:4] for m in rows.members] == [b"0", b"1", b"3", b"4", b"5"]
    assert [error for _, error in rows.errors] == [
        "corrupt_gzip" if pack is gzip.compress else "corrupt_zstd"
    ]
    assert rows.errors[0][0].split()[1] == str(len(b"".join(records[:3])))


def test_a_record_with_a_wrong_checksum_is_no_document() -> None:
    records = [gzip.compress(each) for each in PAGES]
    records[2] = records[2][:-8] + bytes(4) + records[2][-4:]
    rows = warc(*records)
    assert [m.name for m in rows.members] == [f"{n}.html" for n in (0, 2, 3, 4, 5)]
    assert rows.errors == [(f"offset {len(b''.join(records[:2]))}", "corrupt_gzip")]


def test_a_record_is_no_document_before_its_checksum_is_read() -> None:
    wrong = gzip.compress(page(1))
    wrong = wrong[:-8] + bytes(4) + wrong[-4:]
    room = (64 << 10) - len(wrong) + 8  # so that all but the checksum is in the first 64 KiB read
    first = gzip.compress(record("warcinfo", b"x" * 50_000), 0)
    first = gzip.compress(record("warcinfo", b"x" * (50_000 + room - len(first))), 0)
    assert len(first) == room
    rows = warc(first, wrong, gzip.compress(page(2)))
    assert [m.name for m in rows.members] == ["2.html"]
    assert rows.errors == [(f"offset {room}", "corrupt_gzip")]


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_is_cut_says_so(way: str) -> None:
    rows = warc(WAYS[way](PAGES)[:-40])
    assert len(rows.errors) == 1
    assert rows.errors[0][1].startswith("truncated_")
    assert all(member.data.endswith(b"</html>") for member in rows.members)


@pytest.mark.parametrize("length", ["30", "5000", "x", "99999999999999999999"])
@pytest.mark.parametrize("way", ["plain", "gzip", "gzip whole"])
def test_a_wrong_length_costs_one_record(way: str, length: str) -> None:
    wrong = record("response", http(), 8, Content_Length=length)
    rows = warc(WAYS[way]([PAGES[0], PAGES[1], wrong, *PAGES[2:]]))
    assert [m.name for m in rows.members] == [f"{n}.html" for n in range(6)]
    assert len(rows.errors) == 1


def test_what_is_between_records_is_passed_over() -> None:
    rows = warc(PAGES[1], b"garbage\r\n" * 20_000, PAGES[2], b"\0" * 100)
    assert [m.name for m in rows.members] == ["0.html", "1.html"]
    assert [error for _, error in rows.errors] == ["broken_record", "broken_record"]


def test_lines_may_end_in_line_feeds_only() -> None:
    head, _, rest = PAGES[1].partition(b"\r\n\r\n")
    (member,) = warc(head.replace(b"\r\n", b"\n") + b"\n\n" + rest).members
    assert member.name == "0.html"


def test_a_record_over_the_limit_costs_only_itself() -> None:
    big = record("response", http(b"x" * 500_000), 7)
    rows = warc(page(1), big, page(2), max_record_bytes=100_000)
    assert rows.errors == [(f"offset {len(page(1))}", "record_too_large")]
    assert len(rows.members) == 2


def test_other_things_are_problems() -> None:
    assert warc(b"").errors == [("file", "empty_file")]
    assert warc(b"PK\x03\x04 no web archive").errors == [("offset 0", "broken_record")]
    assert warc(record("response", b"no http")).errors == [("offset 0", "broken_http")]
    cut = record("response", http(), WARC_Segment_Number="1")
    assert warc(cut).errors == [("offset 0", "segmented_record")]
    assert warc(record("conversion", bytes(range(256)) * 20)).errors == [
        ("offset 0", "undecodable")
    ]


def test_a_zstd_archive_may_bring_its_dictionary() -> None:
    samples = [page(number) + str(number * 7919).encode() * 9 for number in range(300)]
    dictionary = zstandard.train_dictionary(2000, samples)
    raw = dictionary.as_bytes()
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    for held in (raw, zstandard.compress(raw)):
        frame = b"\x5d\x2a\x4d\x18" + len(held).to_bytes(4, "little") + held
        rows = warc(frame, *(packer.compress(each) for each in PAGES))
        assert len(rows.members) == 6


def test_a_big_archive_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "big.warc.gz"
    one = gzip.compress(record("response", http(PAGE * 200), 1))
    with path.open("wb") as out:
        for _ in range(400):
            out.write(one)
    file = InputFile(path, "big", path.stat().st_size, "00" * 32)
    tracemalloc.start()
    count = sum(len(each.members) for each in Warc().read(file, Slice(), Identity("a", "b")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 400
    assert peak < 20 << 20


def test_deceit_takes_no_time() -> None:
    claims = record("response", b"HTTP/1.1 200 OK\r\n\r\n", Content_Length="300000") * 2000
    started = time.process_time()
    assert len(warc(claims).errors) == 2000
    assert len(warc(PAGES[0] + b"x\nWARC/1.0\r\n" * 2000).errors) == 2001
    assert len(warc(gzip.compress(PAGES[1]) + b"\x1f\x8b\x08" * 300_000).errors) == 1
    assert time.process_time() - started < 5


@pytest.mark.parametrize("way", WAYS)
def test_any_damage_is_survived(way: str) -> None:
    data = WAYS[way](PAGES)
    for at in range(0, len(data), 41):
        warc(data[:at])
        flipped = bytearray(data)
        flipped[at] ^= 0x55
        warc(bytes(flipped))


def test_archives_are_recognised_by_content() -> None:
    assert Warc.recognises(PAGES[0], "x") == 2
    assert Warc.recognises(b"WARC/1.0 is a format", "x.txt") == 0
    assert Warc.recognises(b"", "CC-MAIN.warc.wet.gz") == 1


def test_a_real_archive() -> None:
    path = shared("fixtures/warc/derived__f2dfba__real_pages_free_licence.warc.gz")
    rows = read(Warc(), path)
    assert len(rows.members) == 113
    assert not rows.problems
    assert all(member.about["url"].startswith("http") for member in rows.members)
    place = int(rows.members[50].locator.split()[1])
    with gzip.GzipFile(fileobj=path.open("rb")) as stream:
        assert stream.read(5) == b"WARC/"
    assert zlib.decompressobj(31).decompress(path.read_bytes()[place:], 5) == b"WARC/"
