"""Junk as crawls have it, made without randomness: menus, link lists, mojibake, repeated lines."""

from __future__ import annotations

from collections.abc import Sequence

_MENU = (
    "ホーム",
    "会社概要",
    "製品情報",
    "お問い合わせ",
    "サイトマップ",
    "プライバシーポリシー",
    "採用情報",
    "アクセス",
    "ログイン",
    "新規登録",
    "カート",
    "ヘルプ",
    "よくある質問",
    "トップページ",
    "前のページ",
    "次のページ",
    "検索",
    "メニュー",
    "お知らせ",
    "利用規約",
    "特定商取引法に基づく表記",
    "ブログ",
    "カテゴリー",
    "最新記事",
    "コメント",
    "トラックバック",
    "RSS",
    "一覧へ戻る",
)


def planted(texts: Sequence[str]) -> dict[str, list[str]]:
    """Documents of junk by kind, as many of each as there are texts.

    Args:
        texts: clean documents that mojibake and repeated lines are made from.
    """
    return {
        "menus": [_menu(i) for i in range(len(texts))],
        "link lists": [_links(i) for i in range(len(texts))],
        "lists of months": [_months(i) for i in range(len(texts))],
        "UTF-8 read as Windows-1252": [_misread(t, "utf-8", "cp1252") for t in texts],
        "UTF-8 read as CP932": [_misread(t, "utf-8", "cp932") for t in texts],
        "CP932 read as UTF-8": [_misread(t, "cp932", "utf-8") for t in texts],
        "repeated lines": [_repeated(t, i) for i, t in enumerate(texts)],
    }


def _menu(i: int) -> str:
    """Entries of a menu, each on a line, from a place that moves."""
    return "\n".join(_MENU[(i + k * (1 + i % 3)) % len(_MENU)] for k in range(20 + i % 15))


def _links(i: int) -> str:
    """Markdown links, one a line."""
    return "\n".join(
        f"- [{_MENU[(i * 7 + k) % len(_MENU)]}のページ{k}へ](https://www.example.com/{i}/{k}.html)"
        for k in range(15 + i % 20)
    )


def _months(i: int) -> str:
    """The archive of a blog."""
    return "アーカイブ\n" + "\n".join(
        f"{2023 - (i + k) // 12}年{12 - (i + k) % 12}月 ({k % 9 + 1})" for k in range(24 + i % 24)
    )


def _misread(text: str, written: str, read: str) -> str:
    return text.encode(written, "replace").decode(read, "replace")


def _repeated(text: str, i: int) -> str:
    """The longest line of a text, again and again."""
    line = max(text.split("\n")[:50], key=len)
    return "\n".join([line] * (30 + i % 30))
