"""Templates of Wikipedia that are a link to another site: what they print in a list of links."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpuskit.readers.wiki.templates import Call

#: Name of the template, and of the site that it prints after the link.
_SITES = {
    "facebook": "Facebook", "instagram": "Instagram", "twitter": "Twitter", "youtube": "YouTube",
    "pixiv": "pixiv", "imdb name": "IMDb", "imdb title": "IMDb", "allcinema name": "allcinema",
    "allcinema title": "allcinema", "kinejun name": "KINENOTE", "kinejun title": "KINENOTE",
    "ameba ブログ": "Ameba Blog", "mediaarts-db": "メディア芸術データベース",
}  # fmt: skip
#: Where the account is printed, too, and the sign before it.
_ACCOUNTS = {"facebook": "", "instagram": "@", "twitter": "@"}
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:\d{6})?")
_QUALIFIER = re.compile(r" *[（(][^（）()]*[）)]$")


def _label(call: Call) -> str:
    """The second argument or a named one; else the page's title without what tells it apart."""
    return (
        call.get(2)
        or call.named.get("title")
        or call.named.get("name")
        or _QUALIFIER.sub("", call.page)
    )


def _site(call: Call) -> str:
    """{{Twitter|account|name}} prints name (@account) - Twitter."""
    label = _label(call)
    if call.name == "youtube" and ("user" in call.named or "channel" in call.named):
        return f"{label} - YouTubeチャンネル" if label else ""
    if call.name in _ACCOUNTS and call.get(1):
        label += f" ({_ACCOUNTS[call.name]}{call.get(1)})"
    return f"{label} - {_SITES[call.name]}" if label else ""


def _own(call: Call) -> str:
    """{{Official website|http://…|label}}."""
    return call.get(2) or call.named.get("name") or "公式ウェブサイト"


def _entry(call: Call) -> str:
    """{{Kotobank|word}}, an entry of a dictionary."""
    label = call.get(1) or _QUALIFIER.sub("", call.page)
    return f"『{label}』 - コトバンク" if label else ""


def _archived(site: str) -> Callable[[Call], str]:
    """{{Wayback|url=http://…|title=題|date=20030608041324}}; nothing where no title is given."""

    def rule(call: Call) -> str:
        title = call.named.get("title")
        if not title:
            return ""
        date = _DATE.fullmatch(call.named.get("date", ""))
        when = f"（{date[1]}年{int(date[2])}月{int(date[3])}日アーカイブ分）" if date else ""
        return f"{title} - {site}{when}"

    return rule


LINKS: dict[str, Callable[[Call], str]] = {
    **dict.fromkeys(_SITES, _site),
    **dict.fromkeys(("official website", "official", "公式サイト", "公式ウェブサイト"), _own),
    "kotobank": _entry,
    "wayback": _archived("ウェイバックマシン"),
    **dict.fromkeys(("archive.today", "archive.is"), _archived("archive.today")),
}
