"""Junk made of good text, or of templates: what a filter should take out."""

from __future__ import annotations

import random
import re

_NAVIGATION = (
    "ホーム", "会社概要", "お問い合わせ", "サイトマップ", "ログイン", "新規登録", "カート", "前へ",
    "次へ", "一覧に戻る", "採用情報", "アクセス", "よくある質問", "利用規約", "個人情報の扱い",
    "RSS", "MENU", "TOP", "トップページ", "カテゴリー", "最新記事", "コメント(0)", "ランキング",
    "検索", "もっと見る", "ページの先頭へ", "HOME", "マイページ", "商品一覧", "特集", "お知らせ",
)  # fmt: skip
_GOODS = (
    "ブランドバッグ",
    "腕時計",
    "サプリ",
    "電子書籍",
    "ダイエット茶",
    "車買取",
    "育毛剤",
    "財布",
)
_CLAIMS = (
    "激安",
    "送料無料",
    "今だけ半額",
    "大人気",
    "口コミで話題",
    "期間限定",
    "正規品",
    "業界最安値",
)
_CALLS = (
    "今すぐクリック！", "お申し込みはこちら！", "無料で試せます！", "数量限定、お急ぎください！",
    "登録するだけで稼げます！！", "詳しくはこちら→",
)  # fmt: skip
_SPELLINGS = {
    "が": "か", "で": "て", "ば": "は", "は": "ほ", "る": "ろ", "い": "し、", "つ": "っ",
    "力": "カ",
    "一": "ー", "ニ": "二", "口": "ロ", "タ": "夕", "日": "曰", "未": "末", "ン": "ソ", "シ": "ツ",
    "人": "入", "大": "太", "の": "0)", "れ": "ね", "め": "ぬ", "と": "ど", "に": "1こ", "。": "｡",
}  # fmt: skip


def menu(text: str, rng: random.Random) -> str:
    """A page's navigation with dates of an archive."""
    rows = [rng.choice(_NAVIGATION) for _ in range(12)]
    year = rng.randrange(2008, 2023)
    rows += [f"{year}年{month}月({rng.randrange(1, 40)})" for month in range(12, 0, -1)]
    words = [w for w in re.findall("[ァ-ー]{3,}|[一-鿿]{2,}", text)[:40]]
    rows += rng.sample(words, min(len(words), 15))
    rng.shuffle(rows)
    return rng.choice(["\n", "\n", " | ", "｜"]).join(rows)


def spam(text: str, rng: random.Random) -> str:
    """Advertising from templates."""
    goods = rng.choice(_GOODS)
    rows = []
    for _ in range(rng.randrange(6, 16)):
        claims = "".join(f"【{c}】" for c in rng.sample(_CLAIMS, rng.randrange(1, 4)))
        rows.append(f"{claims}{goods}なら{goods}専門店！{rng.choice(_CALLS)}{goods} 通販 {goods}")
    return "\n".join(rows)


def shuffled(text: str, rng: random.Random) -> str:
    """The same characters, sentence by sentence in another order, words torn apart."""
    pieces = re.findall(r".{1,6}", text.replace("\n", ""))
    rng.shuffle(pieces)
    out = "".join(pieces)
    return "\n".join(out[i : i + 80] for i in range(0, len(out), 80))


def sentences(text: str, rng: random.Random) -> str:
    """The same sentences in another order."""
    found = re.findall(r"[^。\n]+。?", text)
    rng.shuffle(found)
    return "".join(found)


def garbled(text: str, rng: random.Random) -> str:
    """Bytes read in the wrong encoding."""
    wrong = rng.choice(["cp932", "latin-1", "euc_jp"])
    return text[:2000].encode("utf-8").decode(wrong, "replace")


def machine(text: str, rng: random.Random) -> str:
    """Words of a bad translation: particles lost or doubled, the same phrase again and again."""
    out = re.sub("[はがをにで]", lambda m: rng.choice(["", m[0], m[0] * 2, "の"]), text)
    parts = out.split("。")
    return "。".join(part for p in parts for part in [p] * rng.choice([1, 1, 2, 3]))


def scanned(text: str, rng: random.Random) -> str:
    """What bad OCR makes of it: similar letters, lost and added characters, broken lines."""
    out = []
    for c in text:
        roll = rng.random()
        if roll < 0.08:
            out.append(_SPELLINGS.get(c, rng.choice("。、・|'ー1lー~^")))
        elif roll < 0.10:
            out.append(" ")
        elif roll < 0.12:
            out.append("\n")
        elif roll >= 0.13:
            out.append(c)
    return "".join(out)


MAKERS = {
    "menu": menu, "spam": spam, "shuffled": shuffled, "sentences": sentences, "garbled": garbled,
    "machine": machine, "scanned": scanned,
}  # fmt: skip


def make(kind: str, text: str, seed: object) -> str:
    """One piece of junk; the same seed and text give the same."""
    return MAKERS[kind](text, random.Random(f"{kind}/{seed}/{text}")) or "。"
