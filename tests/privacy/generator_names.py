"""Seeded sentences with names and addresses, and near misses; the gold places are marked ⟦…⟧.

Names, towns and templates are the author's own; any likeness to a person or place is chance. Half
of the sentences have nothing to find. Tuning and held-out halves differ by seed, by surnames, given
names, towns and, for one in four, by templates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from corpuskit.privacy.namewords import words

_SURNAMES = words(
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 "
    "斎藤 清水 "
    "山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 "
    "青木 坂本 "
    "斉藤 福田 太田 西村 藤井 岡本 金子 三浦 藤原 中野 原田 松田 竹内 小野 中川 和田 田村 石田 "
    "上田 千葉 "
    "渡邊 齋藤 髙橋 五十嵐 東海林 勅使河原 小鳥遊 大久保 宇都宮 福島 長野 宮崎 大分 長嶋 﨑山 "
    "神崎 一ノ瀬 "
    "久保田 野々村 日比野 桜井 櫻井 澤田 濱田 眞鍋 阿久津 二宮 三宅 四方 五島 六車 七海 八木 "
    "九条 十河 百瀬"
)
_GIVEN = words(
    "太郎 花子 健一 美咲 翔太 陽菜 大輔 由美子 直樹 真由美 誠 恵 拓也 彩 哲也 智子 浩二 さくら "
    "亮 ひかり "
    "健太郎 裕子 和夫 幸子 隆 久美子 悠斗 結衣 蓮 葵 正雄 みどり 勇気 七海 一郎 さゆり 雄介 麻衣 "
    "秀樹 かおり "
    "洋平 千尋 孝 めぐみ 啓介 由紀 茂 詩織 達也 綾香"
)
_KANA = (("ヤマダ", "タロウ"), ("サトウ", "ハナコ"), ("スズキ", "ケンイチ"), ("コバヤシ", "ミサキ"))
_ROMAN = ("Taro Yamada", "YAMADA Taro", "Hanako Sato", "Ken Suzuki", "John Smith", "Anna Müller")
_FOREIGN = (
    "ジョン・スミス",
    "マリア・ガルシア",
    "スミス",
    "アンナ",
    "ミラー",
    "ピーター・ブラウン",
)
_TITLES = words("部長 課長 社長 係長 主任 教授 医師 弁護士 先生 専務 議員 常務 取締役 准教授 所長")

#: {f} full name, {F} with a blank, {s} surname, {g} given name, {t} title, {k} kana, {r} roman.
_NAMES_BOTH = (
    "氏名：⟦{f}⟧", "氏名: ⟦{F}⟧", "お名前　⟦{F}⟧", "担当：⟦{s}⟧", "担当者：⟦{F}⟧（内線は別表）",
    "作成者：⟦{f}⟧　承認者：⟦{f2}⟧", "⟦{f}⟧様　いつもお世話になっております。", "⟦{s}⟧様",
    "本日、⟦{s}⟧さんから連絡がありました。", "昨日は⟦{f}⟧さんと⟦{s2}⟧さんが来社した。",
    "⟦{F}⟧ 殿", "⟦{f}⟧氏が講演した。", "⟦{s}⟧{t}が承認した。", "⟦{f}⟧{t}の説明による。",
    "弊社営業部長の⟦{s}⟧が伺います。", "代表取締役社長　⟦{F}⟧", "代表取締役 ⟦{f}⟧", "検図：⟦{s}⟧",
    "設計者 : ⟦{s}⟧", "報告者：⟦{f}⟧", "申請者氏名　⟦{f}⟧", "フリガナ：⟦{k}⟧", "Name: ⟦{r}⟧",
    "⟦{e}⟧氏は来日した。", "患者氏名：⟦{f}⟧", "容疑者の⟦{f}⟧を逮捕した。",
    "⟦{s}⟧くん、⟦{s2}⟧君、席に着いて。",
    "株式会社青海精機　営業部　⟦{F}⟧様", "宛先は⟦{s}⟧様でお願いします。", "⟦{g}⟧ちゃんは元気です。",
    "（文責：⟦{f}⟧）", "責任者:⟦{s}⟧", "⟦{s}⟧先生の授業", "記入者　：　⟦{F}⟧",
    "被保険者氏名：⟦{F}⟧", "会議には⟦{s}⟧課長、⟦{s2}⟧係長が出席した。",
)  # fmt: skip
_NAMES_HELD = (
    "⟦{f}⟧さまからのご質問です。", "契約者名：⟦{F}⟧", "ご担当の⟦{s}⟧様へ", "発表者：⟦{f}⟧",
    "⟦{s}⟧{t}、ありがとうございました。", "取締役会長　⟦{F}⟧", "⟦{f}⟧選手が優勝した。",
    "連絡窓口：⟦{s}⟧さんまで", "主治医は⟦{s}⟧医師である。", "校長の⟦{f}⟧が挨拶した。",
)  # fmt: skip
_NO_NAMES = (
    "本書の仕様は前版と同様である。", "仕様、同様、一様、多様、神様、王様、お客様、皆様。",
    "お客様各位", "皆様のご協力に感謝します。", "患者さんがたくさん来た。",
    "お父さんとお母さんが話す。",
    "氏名：", "氏名：＿＿＿＿", "担当：総務部", "担当：未定", "検図：済", "承認：否",
    "作成者：別紙のとおり",
    "営業部長が出席した。", "技術部課長会議", "{c}様", "{c}さんの製品を使う。", "{c}御中",
    "{c}の社長が交代した。",
    "夏目漱石の作品を読む。", "徳川家康は江戸に幕府を開いた。", "紫式部が書いた。", "源氏物語",
    "平氏と源氏の争い",
    "{p}の人口は増えた。", "{p}市長選挙", "{p}支店長会議を開く。", "氏神様に参る。", "宮殿と殿堂",
    "御殿場で降りる。",
    "部品{n}の図番はA-{n}です。", "多様な様式がある。", "様々な方法",
    "担当者の氏名を記入してください。",
    "名前：ファイル名を入れる", "名前: string 型の変数", "責任者：各部門長", "連絡先：下記参照",
    "奥様とお子様",
    "先生と生徒", "医師の指示に従う。", "社長就任の挨拶", "弁護士費用", "皆さん、こんにちは。",
    "みなさんの意見",
    "取扱説明書様式第{n}号", "有様", "ご主人様", "お医者さん", "屋さん", "設計：完了",
    "承認者：不要",
    "代表取締役の選任について", "代表取締役　該当なし", "主任技術者を置く。", "教授会の議事",
    "氏名　年齢　性別",
    "東芝さん", "報告者：同上", "記入者：匿名", "たくさんの山", "さんま定食", "模様替え",
    "王様ゲーム",
)  # fmt: skip
_COMPANIES = words(
    "青海精機 山川商事 株式会社北斗 東洋製鋼 日立 トヨタ 東芝 富士電業 みどり銀行 ソニー"
)
_PLACES = words("横浜 札幌 名古屋 福岡 仙台 神戸 京都 広島 千葉 静岡")

_CITIES = words(
    "東京都港区 東京都千代田区 東京都町田市 北海道札幌市中央区 大阪府大阪市北区 "
    "愛知県名古屋市中村区 千葉県市川市 "
    "神奈川県横浜市西区 三重県四日市市 福島県郡山市 新潟県十日町市 東京都武蔵村山市 "
    "京都府京都市中京区 滋賀県近江八幡市 "
    "長野県北佐久郡軽井沢町 埼玉県さいたま市大宮区 福岡県北九州市小倉北区 沖縄県国頭郡恩納村 "
    "鹿児島県大島郡龍郷町 "
    "奈良県大和郡山市 石川県野々市市 広島県廿日市市 岡山県倉敷市 宮城県仙台市青葉区 "
    "兵庫県神戸市中央区"
)
_TOWNS = words(
    "青葉台 虎ノ目 大字中野字東原 みなと野 さくら町 本町 つつじが丘 千草 東山 緑ケ丘 西浦 元町 "
    "南新田 上ノ原 桜通 "
    "ひばりが丘 大手 八幡 内幸町 長町 一番町 三ツ沢 山ノ手 二子 若葉 北野 富士見 宮前 泉 中央"
)
_BUILDINGS = (
    "", "", "", " グリーンハイツ203号室", "　第2佐藤ビル3階", " メゾン青葉101",
    "さくらマンション５０１号室",
    " 港タワー 12F", "コーポ山手B-202号室", " みなとビル",
)  # fmt: skip
_ADDRESSES_BOTH = (
    "住所：{c}⟦{a}⟧", "{c}⟦{a}⟧に住んでいます。", "〒123-4567 {c}⟦{a}⟧", "本社は{c}⟦{a}⟧です。",
    "所在地　{c}⟦{a}⟧", "送付先：{c}⟦{a}⟧、電話は別途。", "当社（{c}⟦{a}⟧）は", "住所：⟦{a}⟧",
    "{m}⟦{a}⟧", "会場は{m}⟦{a}⟧です。", "勤務先: {c}⟦{a}⟧", "{c} ⟦{a}⟧",
)  # fmt: skip
_ADDRESSES_HELD = (
    "現住所　{c}⟦{a}⟧",
    "自宅（{m}⟦{a}⟧）から歩く。",
    "工場：{c}⟦{a}⟧",
    "転居先は{c}⟦{a}⟧。",
)
_NO_ADDRESSES = (
    "{c}の人口は{n}万人です。", "{c}は{n}年に市制を施行した。", "{m}で3-1で勝った。",
    "{m}議会は{n}-2号議案を可決した。",
    "{c}では{n}人が参加した。", "第{n}条の2第3項", "図番 12-34-56", "型番：AB-{n}-12",
    "2024-05-{d}に改訂した。",
    "{m}役所の{n}階で受け付ける。", "{c}で{n}月{d}日に開催する。", "住所：別紙のとおり",
    "住所：未定", "住所を変更した。",
    "丁目の表示板", "3丁目まで歩く。", "番地がない。", "{m}営地下鉄は{n}両編成だ。",
    "{m}内の{n}か所で測った。",
    "品番 {n}-{n}-{n}", "JIS B 0001-2019", "部屋は{n}号室です。", "{m}長は{n}件を報告した。",
    "所在地：不明",
    "市町村{n}団体", "町の{n}％が反対した。", "区間1-2の速度", "村に{n}軒ある。", "郡部で{n}件",
    "{c}",
    "{c}産のりんご{n}個", "連絡先：03-1234-5678", "特許第{n}-12-3号", "区分 1-2-3 を選ぶ。",
    "市場で1-2-3位を占めた。",
    "区画番号2-3-4", "地区大会で5-3-2", "都市計画法第29条第1項", "町村合併 1-2", "市販品 10-20-30",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and the places, in characters, of what is to be found in it."""

    text: str
    gold: tuple[tuple[int, int], ...]


def marked(text: str) -> Sentence:
    """Take the marks out."""
    plain, gold = "", []
    for piece in text.split("⟦"):
        inner, mark, rest = piece.partition("⟧")
        if mark:
            gold.append((len(plain), len(plain) + len(inner)))
        plain += inner + rest
    return Sentence(plain, tuple(gold))


def _half(words: list[str] | tuple[str, ...], held: bool) -> list[str]:
    return [word for i, word in enumerate(words) if i % 2 == held]


def names(seed: int, count: int, *, held: bool) -> Iterator[Sentence]:
    """Sentences with names, and as many without."""
    draw = random.Random(seed)
    surnames, given = _half(_SURNAMES, held), _half(_GIVEN, held)
    for number in range(count):
        if number % 2:
            yield marked(_filled(draw, draw.choice(_NO_NAMES)))
            continue
        s, s2, g, g2 = (draw.choice(words) for words in (surnames, surnames, given, given))
        pool = _NAMES_HELD if held and draw.random() < 0.25 else _NAMES_BOTH
        yield marked(
            draw.choice(pool).format(
                f=s + g,
                f2=s2 + g2,
                F=f"{s}{draw.choice(' 　')}{g}",
                s=s,
                s2=s2,
                g=g,
                t=draw.choice(_TITLES),
                k="　".join(draw.choice(_KANA)),
                r=draw.choice(_ROMAN),
                e=draw.choice(_FOREIGN),
            )
        )


def addresses(seed: int, count: int, *, held: bool) -> Iterator[Sentence]:
    """Sentences with addresses, and as many without."""
    draw = random.Random(seed)
    cities, towns = _half(_CITIES, held), _half(_TOWNS, held)
    for number in range(count):
        if number % 2:
            yield marked(_filled(draw, draw.choice(_NO_ADDRESSES)))
            continue
        pool = _ADDRESSES_HELD if held and draw.random() < 0.25 else _ADDRESSES_BOTH
        template, city = draw.choice(pool), draw.choice(cities)
        block = _block(draw, sure="{m}" in template)
        where = f"{draw.choice(towns)}{block}{draw.choice(_BUILDINGS)}"
        yield marked(template.format(c=city, m=_without_prefecture(city), a=where))


def _without_prefecture(city: str) -> str:
    cut = 4 if city[3] == "県" else 3
    return city[cut:]


def _filled(draw: random.Random, template: str) -> str:
    city = draw.choice(_CITIES)
    return template.format(
        c=draw.choice(_COMPANIES) if template in _NO_NAMES else city, p=draw.choice(_PLACES),
        m=_without_prefecture(city), n=draw.randint(2, 900), d=draw.randint(10, 28),
    )  # fmt: skip


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_KANJI = "〇一二三四五六七八九"


def _number(draw: random.Random, top: int, width: int) -> str:
    text = str(draw.randint(1, top))
    if width == 2:
        return "".join(_KANJI[int(digit)] for digit in text)
    return text.translate(_WIDE) if width else text


def _block(draw: random.Random, *, sure: bool) -> str:
    width = draw.randrange(3)
    a, b, c = (_number(draw, top, width) for top in (9, 40, 30))
    dash = draw.choice("-－ー−‐") if width < 2 else draw.choice("－の")
    forms = [
        f"{a}丁目{b}番{c}号", f"{a}丁目{b}番地", f"{a}丁目{b}{dash}{c}", f"{a}{dash}{b}{dash}{c}",
        f"{b}番地{c}" if width == 1 else f"{b}番地の{c}", f"{b}番{c}号",
    ]  # fmt: skip
    if not sure:
        forms += [f"{a}{dash}{b}", f"{b}番地"]
    return draw.choice(forms)
