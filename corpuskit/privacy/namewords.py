"""Words that names of persons stand beside, that look like names, and that are none."""

from __future__ import annotations

import re


def words(text: str) -> list[str]:
    """The words of a list that is written with blanks between them."""
    return text.split()


POLITE = "様 さま さん 氏 殿 君 くん ちゃん 先生"
TITLES = (
    "部長 課長 係長 社長 会長 次長 室長 班長 主任 主査 主事 専務 常務 取締役 監査役 執行役員 "
    "理事長 理事 教授 准教授 助教 "
    "講師 博士 医師 看護師 弁護士 税理士 司法書士 行政書士 公認会計士 技師 技術士 所長 工場長 "
    "支店長 店長 院長 校長 園長 "
    "教諭 議員 委員長 委員 議長 知事 市長 町長 村長 区長 大臣 首相 総理 選手 監督 容疑者 被告人 "
    "被告 受刑者 "
    "記者 住職"
)
#: Titles of places as well as of persons: 大阪支店長 is not Mr Osaka.
OF_PLACES = frozenset(
    words("所長 工場長 支店長 店長 知事 市長 町長 村長 区長 議員 理事 院長 校長 園長 記者")
)
STRONG = (
    "氏名 御氏名 お名前 ご氏名 名前 姓名 フリガナ ふりがな 患者名 被保険者名 契約者名 申請者名 "
    "受診者名 従業員名 社員名 担当者名 "
    "作成者名 保護者名 世帯主名 会員名 受取人名 差出人名 名義人 口座名義"
)
WEAK = (
    "担当者 担当 作成者 作成 承認者 承認 検図者 検図 設計者 設計 製図 照査 審査 記入者 申請者 "
    "報告者 代表者 責任者 発表者 "
    "署名 連絡先 連絡窓口 窓口 宛名 宛先 差出人 受取人 発注者 受注者 契約者 被保険者 患者 文責 "
    "執筆者 執筆 編集者 編集 監修 "
    "発行人 発行者 訪問者 出席者 参加者 受付者 受付 検査者 検査員 検査 作業者 起案者 起案 決裁者 "
    "回答者 講師 司会 保護者 世帯主 "
    "相続人 被相続人 届出人 申立人 代理人 保証人"
)
#: Ends of what stands in a field for a name and is none.
NO_NAME = re.compile(
    "(?:部|課|係|社|所|室|局|店|会|署|様式|欄|番号|年齢|性別|生年月日|住所|電話|未定|不明|未記入|"
    "無し|該当|同上|別紙|記入|省略|匿名|"
    "必須|任意|変更|入力|確認|完了|不要|否|済|参照|一覧|各位|名称|名簿|本人|代理|共通|全員|"
    "部門長|漢字|全角|半角|文字|変数|形式)"
)
STOP = frozenset(
    words(
        "神 王 客 皆 お客 奥 主人 主 仏 殿 姫 若 嬢 俺 貴 何 此方 どちら こちら そちら 世間 患者 "
        "医者 父 母 兄 姉 弟 妹 叔父 叔母 伯父 伯母 奧 華 摂 "
        "祖父 祖母 屋 本屋 店員 職人 社員 源 平"
    )
)
#: Makers whose names MeCab also knows as surnames or places.
MAKERS = frozenset(
    words(
        "日立 東芝 三菱 三井 住友 トヨタ ホンダ スズキ マツダ ヤマハ カワサキ ソニー "
        "パナソニック キヤノン クボタ ダイキン オムロン "
        "ファナック 村田 京セラ 島津 富士 日産 本田技研 松下電器 東レ 旭 資生堂 花王 味の素 任天堂"
    )
)


#: Surnames that are common words to MeCab; they count where a trigger stands by.
ALSO = frozenset(
    words(
        "四方 六車 七海 東 谷 南 北 関 辻 堀 岡 島 浜 泉 城 乾 巽 畑 畠 星 堺 境 岸 滝 奥 沖 牧 "
        "溝口 出口 入口 大関 日向 "
        "高 柳 桜 松 竹 杉 桂 楠 榊 芝 砂 磯 波 湊 港 橋 塚 塙 角 門 鍵 鈴 鏡 鎌 笠 傘 弓 的 矢 槍 "
        "盾 旗 錦 綿 糸 "
        "右近 左近 服部 物部 春日 立花 花房 葉山 青葉 若林 小笠 小路 大路 中道 大道 大門 大石 小石 "
        "白石 黒石 青石 "
        "目黒 品川 上野 神田 日比谷 渋谷 大津 金沢 和歌山 松山 高松 徳島 鳥取"
    )
)
#: Variants of kanji that MeCab's dictionaries lack in names; each is as long as what it stands for.
VARIANTS = dict(
    zip(
        "髙﨑濵邉邊齊齋眞澤濱櫻嶋廣國惠壽榮曾瀨德",
        "高崎浜辺辺斉斎真沢浜桜島広国恵寿栄曽瀬徳",
        strict=True,
    )
)
#: Houses of history, whose 氏 is no honorific: 北条氏.
CLANS = frozenset(
    words(
        "北条 足利 徳川 源 平 豊臣 蘇我 物部 尼子 大内 今川 六角 李 朱 趙 劉 奥州藤原 後北条 大伴"
    )
)
#: Words of which an honorific or title is a part, and places where none can be one.
WHOLE = (
    "[仕同多模有各異皆客の書]様|様[式々子相態]|たくさん|[すな]るさま|諸君|氏[名族神]|"
    "[閣]総理|[理務業産働通政蔵境閣商育]大臣|[県府道都]知事|[市町村区別](?:市長|町長|村長|区長)|"
    "[安等名業査決育]委員|[等時]取締役|[等時]監査役|務所長|業主任|獣医師|を担当|の(?:皆|嬢)"
)
