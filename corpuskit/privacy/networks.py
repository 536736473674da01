"""Rules for e-mail, IP and hardware addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from corpuskit.privacy.labels import Label, labels_before, plain
from corpuskit.privacy.numbers import Match
from corpuskit.privacy.windows import Window

_LOCAL = r"[A-Za-z0-9%&'+_~-]"  # of RFC 5322's characters those that addresses have
_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9._%+-]){_LOCAL}+(?:\.{{1,2}}{_LOCAL}+)*\.?@"
    r"(?P<host>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?P<top>[A-Za-z]{2,24}))"
    r"(?![A-Za-z0-9@]|-[A-Za-z0-9]|\.[A-Za-z0-9])"
)
_LONGEST_LOCAL = 64
_SUFFIXES = (
    "png jpg jpeg gif svg webp js ts css html htm json py rb php xml md txt pdf zip exe dll "
    "java vue mjs yml yaml"
)
_FILES = frozenset(_SUFFIXES.split())


def find_email(window: Window) -> Iterator[Match]:
    """The address around an @."""
    start = max(0, window.first - _LONGEST_LOCAL - 2)
    for m in _EMAIL.finditer(window.folded, start):
        if m.start() > window.first:
            return
        if m.end() > window.first and m["top"].lower() not in _FILES:
            first = m.start() + len(m[0]) - len(m[0].lstrip("'~-"))
            stop = m.end() - _is_pod_escape(window.folded, m.end())
            variable = window.folded[first - 1 : first] == "$"  # $1@ in a replacement
            if not variable and 0 < m[0].index("@") - (first - m.start()) <= _LONGEST_LOCAL:
                yield "email.address", first, stop, 95


def _is_pod_escape(folded: str, end: int) -> bool:
    """Say whether the E before `end` is that of Perl's E<gt>, not of the address."""
    return folded[end - 1 : end + 2] == "E<g"


_V4 = re.compile(
    r"(?<![0-9A-Za-z_])(?<![0-9A-Za-z][-.])(?P<ip>(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2}))"
    r"(?![0-9A-Za-z_]|[.-][0-9A-Za-z])"
)
_VERSIONS = re.compile(
    r"(?:バージョン|version|ver\.?|(?<![a-z])v|版|build|ビルド"
    r"|release|リリース)[\s:=(（]*$"
)
_SECTIONS = re.compile(r"(?:第|章|節|項|section|図|表|§)\s*$")
_HOSTS = 32  # an octet as high as this is in no number of a section


def find_ipv4(window: Window) -> Iterator[Match]:
    """IPv4 addresses that hosts have; versions, sections, masks and 0.0.0.0 are none."""
    for m in _V4.finditer(window.folded, max(0, window.first - 1)):
        if m.start() >= window.last:
            return
        octets = [int(part) for part in m["ip"].split(".")]
        if max(octets) > 255 or octets[0] in (0, 127) or octets[0] >= 224:
            continue
        before = window.text[: m.start()]
        text = plain(before)
        if _VERSIONS.search(text[-16:]) or _SECTIONS.search(text[-12:]):
            continue
        named = _is_named(labels_before(before))
        if not named and not _looks_like_host(octets):
            continue
        private = ipaddress.ip_address(m["ip"]).is_private and octets[0] in (10, 172, 192, 169)
        shared = octets[0] == 100 and 64 <= octets[1] < 128
        documents = m["ip"].startswith("192.0.")
        kind = "private_ip" if (private and not documents) or shared else "ip_address"
        yield f"{kind}.v4", m.start(), m.end(), 90 if named else 80


def _is_named(labels: list[Label]) -> bool:
    for label in labels:
        if label.kind == "guard":
            return False
        if label.kind == "ip_address":
            return label.gap <= 30 and "。" not in label.between
    return False


def _looks_like_host(octets: list[int]) -> bool:
    if octets[0] == 10:
        return octets[1] == 0 or max(octets) >= _HOSTS
    high = max(octets) >= _HOSTS and octets[0] >= _HOSTS
    high = high or sum(octet >= 100 for octet in octets) >= 2  # parts of versions are small
    return high or octets[:2] == [192, 168]


_V6 = re.compile(
    r"(?<![0-9A-Za-z.])(?<![0-9A-Fa-f:]:)(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:]|\.[0-9])"
)
_MAC = re.compile(
    r"(?<![0-9A-Za-z])(?<!(?<![A-Za-z])[0-9A-Fa-f]{2}[:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
    r"(?![0-9A-Za-z]|[:-][0-9A-Fa-f])"
)
_LOCAL_V6 = (ipaddress.ip_network("fc00::/7"), ipaddress.ip_network("fe80::/10"))


def find_hex(window: Window) -> Iterator[Match]:
    """IPv6 and MAC addresses around a colon or hyphen between hex digits."""
    start = max(0, window.first - 5)
    for m in _MAC.finditer(window.folded, start):
        if m.start() > window.first:
            break
        if len(set(m[0].replace(m[1], "").lower())) > 1:
            yield "mac_address.format", m.start(), m.end(), 90
    for m in _V6.finditer(window.folded, start):
        if m.start() > window.first:
            return
        yield from _v6(m)


def _v6(m: re.Match[str]) -> Iterator[Match]:
    try:
        address = ipaddress.IPv6Address(m[0])
    except ipaddress.AddressValueError:  # twelve o'clock, C++ or Perl: no address
        return
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return
    groups = [group for group in m[0].split(":") if group]
    if len(groups) < 2 or len(groups[0]) < 3 or not any(c.isdigit() for c in m[0]):
        return
    kind = "private_ip" if any(address in net for net in _LOCAL_V6) else "ip_address"
    yield f"{kind}.v6", m.start(), m.end(), 90
