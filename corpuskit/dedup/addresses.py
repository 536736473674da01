"""When two URLs name the same document to `dedup.exact`.

A URL is compared in this spelling, made of what RFC 3986 calls normalisation and two habits of the
web (fragments and tracking parameters):

1. blanks around it go; only ``scheme://host…`` is compared, anything else (relative references,
   ``mailto:``, ``urn:``, null, empty) never matches;
2. scheme and host are lower case, a full stop after the host and a default port (80, 443) go;
3. the fragment goes (``#…``, also ``#!…``);
4. percent-encoding: unreserved characters are decoded, hex digits are capitals, blanks and
   non-ASCII characters are encoded (``/東京`` = ``/%E6%9D%B1%E4%BA%AC``);
5. an empty path is ``/``; an empty query goes; no other trailing slash does;
6. tracking parameters go: ``utm_*``, those in `TRACKING`, empty ones; others stay in their order;
7. where it is asked for, ``http`` counts as ``https``.

Not folded: case of the path, ``www.``, ``index.html``, ``..``, the order of parameters, Punycode.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.kernels.buffers import string_array, text_buffers

ADDRESS_VERSION = 1
"""Changes when a URL's compared spelling does."""

TRACKING = ("fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid")
"""Parameters, beside ``utm_*``, by which advertisers follow a click."""

_PARTS = (
    r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<user>[^/?#]*@)?(?P<host>[^/?#@]+)"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?"
)
_TRACKED = rf"&(?:utm_[^&=]*|{'|'.join(TRACKING)})(?:=[^&]*)?&"


def compared(urls: pa.Array | pa.ChunkedArray, *, http_as_https: bool = False) -> pa.StringArray:
    """The spelling in which URLs are compared; an empty text where one takes no part.

    Args:
        urls: n URLs, nulls among them.
        http_as_https: ``http`` counts as ``https``.
    """
    array = urls.combine_chunks() if isinstance(urls, pa.ChunkedArray) else urls
    text = pc.utf8_trim_whitespace(pc.fill_null(array.cast(pa.string()), ""))
    parts = pc.extract_regex(text, _PARTS)
    found = parts.is_valid()
    scheme, user, host, path, query = (
        pc.fill_null(pc.struct_field(parts, name), "")
        for name in ("scheme", "user", "host", "path", "query")
    )
    scheme, host = pc.utf8_lower(scheme), pc.utf8_lower(host)
    for name, port in (("http", "80"), ("https", "443")):
        bare = pc.replace_substring_regex(host, f":(?:{port})?$", "")
        host = pc.if_else(pc.equal(scheme, name), bare, host)
    host = pc.replace_substring_regex(host, r"\.(:|$)", r"\1")
    if http_as_https:
        scheme = pc.if_else(pc.equal(scheme, "http"), "https", scheme)
    rest = pc.binary_join_element_wise(_spelled(path), _untracked(_spelled(query)), "")
    rest = pc.if_else(pc.starts_with(rest, "/"), rest, pc.binary_join_element_wise("/", rest, ""))
    whole = pc.binary_join_element_wise(scheme, "://", user, host, rest, "")
    return pc.if_else(found, whole, "")


def compared_url(url: str | None, *, http_as_https: bool = False) -> str:
    """One URL as it is compared; an empty text where it takes no part."""
    return str(compared(pa.array([url], pa.string()), http_as_https=http_as_https)[0].as_py())


def _untracked(queries: pa.Array) -> pa.Array:
    """Queries, ``?`` and all, without tracking parameters; nothing where none is left."""
    bare = pc.utf8_slice_codeunits(queries, 1)
    bare = pc.replace_substring(bare, "&", "&&")  # each parameter has its own bounds
    wrapped = pc.binary_join_element_wise("&", bare, "&", "")
    left = pc.replace_substring_regex(wrapped, _TRACKED, "")
    left = pc.utf8_trim(pc.replace_substring_regex(left, "&+", "&"), "&")
    return pc.if_else(pc.equal(left, ""), "", pc.binary_join_element_wise("?", left, ""))


def _spelled(array: pa.Array) -> pa.Array:
    from corpuskit.kernels.urls import spell_percent

    data, offsets = text_buffers(array)
    out = np.empty(3 * (int(offsets[-1]) - int(offsets[0])), np.uint8)
    ends = np.empty(len(offsets), np.int32)
    spell_percent(data, offsets, out, ends)
    return string_array(out[: ends[-1]], ends)
