"""Which URLs are one address to `dedup.exact`."""

from __future__ import annotations

import pyarrow as pa
import pytest

from corpuskit.dedup.addresses import TRACKING, compared, compared_url

SAME = [
    ("HTTP://Example.JP/a", "http://example.jp/a"),
    ("http://example.jp:80/a", "http://example.jp/a"),
    ("https://example.jp:443", "https://example.jp/"),
    ("https://example.jp:/a", "https://example.jp/a"),
    ("http://example.jp./a", "http://example.jp/a"),
    ("http://example.jp", "http://example.jp/?"),
    ("http://example.jp?a=1", "http://example.jp/?a=1"),
    ("http://example.jp/a#top", "http://example.jp/a"),
    ("http://example.jp/#!/a", "http://example.jp/"),
    (" http://example.jp/a\n", "http://example.jp/a"),
    ("http://example.jp/%7Euser", "http://example.jp/~user"),
    ("http://example.jp/%e6%9d%b1", "http://example.jp/%E6%9D%B1"),
    ("http://example.jp/東京?q=駅", "http://example.jp/%E6%9D%B1%E4%BA%AC?q=%E9%A7%85"),
    ("http://example.jp/a b", "http://example.jp/a%20b"),
    ("http://example.jp/?utm_source=x&id=3&utm_medium=y", "http://example.jp/?id=3"),
    ("http://example.jp/?utm_source=x&utm_medium=y&gclid", "http://example.jp/"),
    ("http://example.jp/?a&&b&", "http://example.jp/?a&b"),
    ("http://例え.JP/", "http://例え.jp/"),
    *((f"http://example.jp/a?{name}=x&b=1", "http://example.jp/a?b=1") for name in TRACKING),
]
DIFFERENT = [
    ("http://example.jp/a", "https://example.jp/a"),
    ("http://example.jp/a", "http://example.jp/a/"),
    ("http://example.jp/A", "http://example.jp/a"),
    ("http://example.jp/?a=1&b=2", "http://example.jp/?b=2&a=1"),
    ("http://example.jp/?a=1", "http://example.jp/?a=2"),
    ("http://example.jp/?gclidx=1", "http://example.jp/"),
    ("http://example.jp/?x=utm_source", "http://example.jp/?x="),
    ("http://example.jp/a%2Fb", "http://example.jp/a/b"),
    ("http://example.jp/?a=1%262", "http://example.jp/?a=1&2"),
    ("http://example.jp/%E3%83%90", "http://example.jp/%E3%83%8F"),
    ("http://example.jp/バス", "http://example.jp/パス"),
    ("http://example.jp:8080/", "http://example.jp/"),
    ("https://example.jp:80/", "https://example.jp/"),
    ("http://www.example.jp/", "http://example.jp/"),
    ("http://Taro@example.jp/", "http://taro@example.jp/"),
]
NEVER = [
    None,
    "",
    " ",
    "/a",
    "a.html",
    "mailto:a@example.jp",
    "urn:isbn:4",
    "//example.jp/",
    "http:",
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_one_address(one: str, two: str) -> None:
    assert compared_url(one) == compared_url(two) != ""


@pytest.mark.parametrize(("one", "two"), DIFFERENT)
def test_two_addresses(one: str, two: str) -> None:
    assert compared_url(one) != compared_url(two)
    assert compared_url(one) and compared_url(two)


@pytest.mark.parametrize("url", NEVER)
def test_no_address(url: str | None) -> None:
    assert compared_url(url) == ""


def test_http_as_https_on_request() -> None:
    urls = pa.chunked_array([["http://h:80/a", "https://h:443/a"], ["http://h:443/a", None]])
    assert compared(urls, http_as_https=True).to_pylist() == [
        "https://h/a", "https://h/a", "https://h:443/a", "",
    ]  # fmt: skip
    assert compared(urls).to_pylist()[:2] == ["http://h/a", "https://h/a"]


def test_the_spelling_is_stable() -> None:
    for one, _ in SAME + DIFFERENT:
        assert compared_url(compared_url(one)) == compared_url(one)
