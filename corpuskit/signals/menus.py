"""Signals over the vocabulary of menus and footers."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.signals import wordlists
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()

VOCABULARY: tuple[str, ...] = (
    "ホーム", "トップページ", "トップへ戻る", "ページトップ", "ページの先頭へ", "先頭へ戻る",
    "目次へ戻る", "サイトマップ", "サイト内検索", "検索結果", "お問い合わせ", "お問合せ",
    "お問い合せ", "よくある質問", "プライバシーポリシー", "個人情報保護方針",
    "個人情報の取り扱い", "特定商取引法に基づく表記", "利用規約", "免責事項", "会社概要",
    "会社情報", "企業情報", "採用情報", "運営会社", "アクセスマップ", "交通アクセス",
    "ニュース一覧", "お知らせ一覧", "新着情報", "新着記事", "最新記事", "最近の記事", "人気記事",
    "関連記事", "関連リンク", "関連ページ", "前の記事", "次の記事", "前のページ", "次のページ",
    "一覧へ", "一覧を見る", "もっと見る", "続きを読む", "詳細はこちら", "詳しくはこちら",
    "カテゴリー", "カテゴリ", "アーカイブ", "月別アーカイブ", "タグクラウド", "タグ一覧",
    "コメントする", "コメントを書く", "トラックバック", "この記事をシェア", "シェアする",
    "ツイート", "ブックマーク", "フォローする", "ログイン", "ログアウト", "新規登録", "会員登録",
    "マイページ", "カートを見る", "買い物かご", "お気に入り", "購読する", "メールマガジン",
    "文字サイズ", "本文へ", "Copyright", "copyright", "©", "Sitemap", "Login", "Logout",
    "All Rights Reserved", "All rights reserved", "Privacy Policy", "Contact Us", "About Us",
)  # fmt: skip
"""Words of navigation that stand on sites of every kind; none says what a page is about."""


class Menus(Stage):
    """Measures how much of a text is the vocabulary of menus and footers.

    Words are matched as in `signals.words`, with its boundaries. Lines count where more than 30 %
    of their characters are such words, which is how Swallow Corpus v1 finds footers among the
    last ten lines of a page; the vocabulary is corpuskit's own.
    """

    name: ClassVar[str] = "signals.menus"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.menus"
    kernels: ClassVar[tuple[str, ...]] = ("words",)
    writes: ClassVar[tuple[Column, ...]] = (
        Column("menu_words", _I, "words of menus and footers"),
        Column("menu_char_ratio", _F, "their characters / characters that are not white space"),
        Column("menu_line_ratio", _F, "lines that are more than 30 % such words / lines"),
        Column("footer_lines", _I, "such lines among the last ten that are not blank"),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers."""
        found = wordlists.count(batch.column("text"), VOCABULARY, True)
        columns = {
            "menu_words": pa.array(found["words"]),
            "menu_char_ratio": share(found["word_chars"], found["visible"]),
            "menu_line_ratio": share(found["dense_lines"], found["lines"]),
            "footer_lines": pa.array(found["dense_tail_lines"]),
        }
        return append_columns(batch, columns)
