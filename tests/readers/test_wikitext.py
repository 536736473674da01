from __future__ import annotations

import time

import pytest

from corpuskit.readers.wiki.templates import RULES, pattern
from corpuskit.readers.wiki.text import Wiki, article


def text(source: str, *, ruby: bool = False, page: str = "") -> str:
    return article(source, Wiki(keep_ruby=ruby), page).text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("'''太字'''と''斜体''と'''''両方'''''と''''引用''''", "太字と斜体と両方と'引用'"),
        (
            "[[東京]]と[[東京都|東京]]と[[:en:Tokyo|英語版]]と[[渋谷区#歴史|歴史]]",
            "東京と東京と英語版と歴史",
        ),
        (
            "[[日本橋 (東京都中央区)|]]と[[wikt:日本|日本]]と[[:Category:日本]]",
            "日本橋と日本とCategory:日本",
        ),
        ("前[[ファイル:a.jpg|thumb|説明[[リンク]]と{{lang|en|x}}]]後[[File:b.png]]", "前後"),
        ("[[en:Tokyo]][[zh-yue:東京]]文", "文"),
        (
            "[https://example.org/a?b=c 公式]と[https://example.org]とhttps://example.org/",
            "公式ととhttps://example.org/",
        ),
        ("[[ファイル:a.jpg|説明[https://example.org 元]]]文", "文"),
        ('文<ref>注{{Cite web|title=題}}</ref>が<ref name="a" />続く<!-- 注 -->。', "文が続く。"),
        ("文。<ref>閉じない\n次の段落", "文。次の段落"),
        ("前<!-- 閉じない [[東京]]", "前"),
        ("甲\n<!-- 行ごと -->\n乙", "甲乙"),
        ("m<sup>2</sup>とCO<sub>2</sub>と10<sup>-5</sup>と<sup>注</sup>", "m²とCO₂と10⁻⁵と注"),
        (
            "式<math>\\frac{a}{b} = [[x]]</math>と<chem>H2O</chem>",
            "式$\\frac{a}{b} = [[x]]$と$\\ce{H2O}$",
        ),
        ("<nowiki>'''[[そのまま]]''' {{x}}</nowiki>", "'''[[そのまま]]''' {{x}}"),
        ("&lt;b&gt;と&amp;と&#x9AD9;と&copy;", "<b>と&と髙と©"),
        ("__NOTOC__本文__目次非表示__", "本文"),
        ("一行目<br />二行目", "一行目\n二行目"),
        ("a < b かつ c > d", "a < b かつ c > d"),
        ("<span style=\"color:red\">赤</span><span style='display:none'>鍵</span>", "赤"),
        (
            "原文の\n行分けは\nなくなる words\nwith spaces",
            "原文の行分けはなくなる words with spaces",
        ),
        ("段落一\n\n段落二", "段落一\n\n段落二"),
        ("か\u3099ー〜々ｶﾞ①㈱髙﨑㎡𠮷︒﹁、ー－−", "か\u3099ー〜々ｶﾞ①㈱髙﨑㎡𠮷︒﹁、ー－−"),
        ("　字下げした段落", "　字下げした段落"),
        ("配列 a[[1]] と }} と ]] と {{閉じない", "配列 a1 と  と  と 閉じない"),
        ("", ""),
    ],
)
def test_inline(source: str, expected: str) -> None:
    assert text(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{読み仮名|'''東京'''|とうきょう}}は、", "東京（とうきょう）は、"),
        (
            "{{読み仮名|'''物理学'''|ぶつりがく|{{Lang-en-short|physics}}}}は",
            "物理学（ぶつりがく、英: physics）は",
        ),
        ("{{ルビ|漢字|かんじ}}と{{Ruby|々|のま}}", "漢字と々"),
        ("<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>", "漢字"),
        ("{{lang|en|English}}と{{Lang|fr|[[français]]}}", "Englishとfrançais"),
        (
            "{{lang-en|Japan}}、{{lang-de-short|Japan}}、{{lang-xyz|Foo}}",
            "英語: Japan、独: Japan、Foo",
        ),
        (
            "{{en|European Union}}と{{zh|电玩}}と{{zh|t=電玩|s=电玩}}",
            "European Unionと电玩と簡体字: 电玩、繁体字: 電玩",
        ),
        (
            "{{仮リンク|未作成|en|Missing}}と{{仮リンク|甲|label=乙|en|X}}と{{ill2|丙|en|Y}}",
            "未作成と乙と丙",
        ),
        ("{{和暦|2000}}、{{和暦|2019}}、{{和暦|1500}}年", "平成12年、令和元年、年"),
        ("本文{{要出典|date=2020年}}と{{要出典範囲|この部分|date=2020年}}。", "本文とこの部分。"),
        (
            "{{convert|10|km|mi}}と{{Nts|12345.6}}と{{formatnum:1234567}}",
            "10 kmと12,345.6と1,234,567",
        ),
        ("{{JPN}}の{{flag|FRA}}と{{Flagicon|USA}}", "日本のフランスと"),
        ("{{生年月日と年齢|1951|6|3}}生", "1951年6月3日生"),
        ("{{死亡年月日と没年齢|1900|5|6|1980|3|4}}", "1980年3月4日（79歳没）"),
        ("{{color|red|赤}}{{small|小}}{{nowrap|a{{=}}b}}{{sup|2}}", "赤小a=b²"),
        ("{{hlist-comma|甲|乙}}と{{hlist|丙|丁}}", "甲、乙と丙・丁"),
        ("{{columns-list|2|\n* 甲\n* 乙\n}}", "- 甲\n- 乙"),
        ("{{Col|* 甲|* 乙}}", "- 甲\n- 乙"),
        ("{{Quotation|引用文|出典}}と{{Quote|a<ref>b</ref>|<ref>b</ref>}}", "引用文\n— 出典とa"),
        ("{{Quotation|一\n\n二|人|本}}\n後", "一\n\n二\n\n— 人、本後"),
        ("{{quote|文|source = 題}}と{{cquote|文|20px}}", "文\n— 題と文"),
        ("{{要出典|範囲=この部分|date=2020年}}と{{en icon}}と{{xx icon}}", "この部分と（英語）と"),
        (
            "{{Kotobank}}と{{Kotobank|語}}と{{YouTube|user=a}}",
            "『渋谷』 - コトバンクと『語』 - コトバンクと渋谷 - YouTubeチャンネル",
        ),
        ("{{Lang-bar|x}}", "バイエルン語: x"),
        ("{{#if:|甲|乙}}{{#if:x|丙|丁}}{{#ifeq:a|a|同|異}}{{#expr:1+1}}", "乙丙同"),
        ("{{PAGENAME}}は{{DEFAULTSORT:しぶや}}", "渋谷は"),
        ("{{Infobox|名前={{JPN}}|本文=[[甲]]}}\n本文{{Sfn|山田|2000}}", "本文"),
        ("{{未知のテンプレート|甲|{{lang|en|x}}}}本文", "本文"),
        ("{{{引数|既定}}}と{{{なし}}}", "既定と"),
        ("{{lang|en|a=b}}と{{lang|en|2=c=d}}と{{URL|https://example.org/?a=b|甲}}", "とc=dと甲"),
        ("{{lang|en|{{URL|1=https://example.org/?a=b}}}}", "https://example.org/?a=b"),
        (
            "{{dts|2017|Oct}}と{{dts|2017|jul|3}}と{{dts|2017|9}}",
            "2017年10月と2017年7月3日と2017年9月",
        ),
        (
            "{{IPA-fr|paʁi}}と{{IPA-fr|paʁi|lang}}と{{IPA-fr|paʁi|}}と{{IPA-xyz|a}}と{{IPA-fr}}",
            "フランス語発音: [paʁi]とフランス語: [paʁi]と[paʁi]と[a]と",
        ),
        ("{{Twitter|abc|某}}と{{Twitter|abc}}", "某 (@abc) - Twitterと渋谷 (@abc) - Twitter"),
        (
            "{{YouTube|xyz|題}}と{{Mediaarts-db|id=C1|name=某}}",
            "題 - YouTubeと某 - メディア芸術データベース",
        ),
        (
            "* {{Official website}}\n* {{Official website|http://example.org|甲}}",
            "- 公式ウェブサイト\n- 甲",
        ),
        (
            "* {{Wayback|url=http://example.org |title=題{{!}}一 |date=20030608041324}}：続き\n"
            "* {{Archive.today|url=http://example.org|title=二}}\n* {{Wayback|url=http://example.org}}",
            "- 題|一 - ウェイバックマシン（2003年6月8日アーカイブ分）：続き\n- 二 - archive.today",
        ),
        ("{{テンプレート:lang|en|x}}{{Template:small|y}}{{ lang_x | z }}", "xy"),
    ],
)
def test_templates(source: str, expected: str) -> None:
    assert text(source, page="渋谷") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("東京（{{未知}}、{{未知}}）は", "東京は"),
        ("東京（{{未知}}）は<ref>a</ref>", "東京は"),
        ("東京({{未知|a}}, {{未知}})は", "東京は"),
        ("東京（{{未知}} - {{未知}}）は", "東京は"),
        ("東京（とうきょう、{{未知}}）は", "東京（とうきょう）は"),
        ("東京（{{未知}}、とうきょう）は", "東京（とうきょう）は"),
        ("東京（とう、{{未知}}、きょう）は", "東京（とう、きょう）は"),
        ("山田（1900年 - {{未知}}）", "山田（1900年 -）"),
        ("東京（「{{未知}}」、（{{未知}}））は", "東京は"),
        ("文。<ref>注</ref>。次", "文。次"),
        ("（{{lang|en|}}）は", "は"),
        ("読点（、）と中黒（・）と関数()は{{未知}}残る", "読点（、）と中黒（・）と関数()は残る"),
    ],
)
def test_brackets_that_lost_their_contents_go(source: str, expected: str) -> None:
    assert text(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ルビ|漢字|かんじ}}", "漢字（かんじ）"),
        ("<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>", "漢字（かんじ）"),
    ],
)
def test_readings_can_be_kept(source: str, expected: str) -> None:
    assert text(source, ruby=True) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("== 歴史 ==\n本文\n=== 近代 ===\n本文", "## 歴史\n\n本文\n\n### 近代\n\n本文"),
        ("== 空 ==\n=== 空 ===\n== 歴史 ==\n本文\n== 脚注 ==\n{{Reflist}}", "## 歴史\n\n本文"),
        ("= 一 = \n本文\n==={{lang|en|x}}<ref>a</ref>===\n文", "# 一\n\n本文\n\n### x\n\n文"),
        ("=== 高さの違う ==\n文", "## = 高さの違う\n\n文"),
        ("* 甲\n** 乙\n* 丙<br />丁\n*\n", "- 甲\n  - 乙\n- 丙\n  丁"),
        ("# 一\n# 二\n## 二の一\n# 三\n\n# 一", "1. 一\n2. 二\n  1. 二の一\n3. 三\n\n1. 一"),
        ("; 用語 : 説明\n: 続き", "用語\n説明\n続き"),
        ("* 甲\n*: 続き", "- 甲\n  続き"),
        ("本文\n* 甲\n本文", "本文\n\n- 甲\n\n本文"),
        ("<ul><li>甲</li><li>乙<ol><li>丙</ol></li></ul>後", "- 甲\n- 乙\n  1. 丙\n\n後"),
        ("甲\n----\n乙", "甲\n\n乙"),
        ("<div>甲</div><div>乙</div>", "甲\n\n乙"),
        (" 整形\n  済み", "整形\n 済み"),
        (
            '前\n<syntaxhighlight lang="c">\na = b[[0]]; // {{x}} &amp;\n</syntaxhighlight>\n後',
            "前\n\n```\na = b[[0]]; // {{x}} &amp;\n```\n\n後",
        ),
        ("<pre>\n'''a'''\n  b &lt;\n</pre>", "'''a'''\n  b <"),
        ("<syntaxhighlight inline>a</syntaxhighlight>の", "aの"),
    ],
)
def test_blocks(source: str, expected: str) -> None:
    assert text(source) == expected


def table(*lines: str) -> str:
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            '{| class="w"\n|+ style="a"| 表題<ref>x</ref>\n! 年 !! 人口\n|-\n| 20 || [[a|都]]\n|}',
            "表題\n\n| 年 | 人口 |\n| --- | --- |\n| 20 | 都 |",
        ),
        ('{|\n| style="a" | 甲 || rowspan="2" | 乙\n|-\n| 丙\n|}', "| 甲 | 乙 |\n| 丙 |  |"),
        (
            "{|\n| colspan=2 | 甲 || 乙\n|-\n| 丙 || 丁 || 戊\n|}",
            "| 甲 |  | 乙 |\n| 丙 | 丁 | 戊 |",
        ),
        ("{|\n| 甲\n* 一\n* 二\n| 乙<br>丙\n|}", "| 甲 一 二 | 乙 丙 |"),
        ('{|\n| 甲 || style="a" |{{未知}}|| 丙\n|}', "| 甲 |  | 丙 |"),
        ("{|\n! 名 !! 値\n{{行|a}}\n|}\n後", "後"),
        ("{|\n|\n{|\n| 甲 || 乙\n|}\n| 丙\n|}", "| 甲 | 乙 |\n\n丙"),
        ("{|\n|\n* 甲\n* 乙\n|}", "- 甲\n- 乙"),
        ("前\n{| class='infobox vcard'\n| 甲 || 乙\n|}\n後", "前\n\n後"),
        (
            '前\n{| class="infobox" style="text-align:center; width:100%"\n| 甲 || 乙\n|}',
            "前\n\n| 甲 | 乙 |",
        ),
        ('前\n{| class="infobox mw-collapsible" style="width:100%"\n| 甲 || 乙\n|}', "前"),
        ('前\n{| class="navbox" style="width:100%"\n| 甲 || 乙\n|}', "前"),
        ("{|\n| 閉じない || 表", "| 閉じない | 表 |"),
        (
            "<table><tr><th>年</th><th>値</th></tr><tr><td>1</td><td>a|b</td></tr></table>",
            "| 年 | 値 |\n| --- | --- |\n| 1 | a\\|b |",
        ),
        ("{|\n| &#124; || {{!}}\n|}", "| \\| |  |"),
        ('|-\n| class="a" |\n|}\n後', "後"),
    ],
)
def test_tables(source: str, expected: str) -> None:
    assert text(source) == expected


def test_long_cells_are_layout() -> None:
    assert text("{|\n| " + "長" * 1001 + " || 乙\n|}") == "長" * 1001 + "\n\n乙"


def test_categories_are_collected_in_order() -> None:
    found = article("本文\n[[Category:日本|にほん]][[カテゴリ:東京_都]][[Category:日本]]", Wiki())
    assert (found.text, found.categories) == ("本文", ("日本", "東京 都"))


def test_names_of_a_wiki_and_rules_of_a_recipe() -> None:
    wiki = Wiki(
        files=frozenset(("datei",)), templates={"mein": pattern("$1（$2）"), "lang": pattern("")}
    )
    assert article("[[Datei:a.jpg|x]]{{Mein|甲|乙}}{{mein}}{{lang|en|x}}", wiki).text == "甲（乙）"


def test_every_rule_is_spelt_as_names_are_compared() -> None:
    assert all(name == " ".join(name.lower().split()) for name in RULES)


HOSTILE = [
    "{{" * 100_000,
    "{{lang|en|x" * 40_000 + "}}" * 40_000,
    "[[" * 100_000 + "]]" * 100_000,
    "{{{" * 60_000 + "}}}" * 60_000,
    "{" * 200_000 + "}" * 200_000,
    "}}]]" * 80_000,
    "[http://a" * 40_000,
    "<ref>" * 60_000,
    "<nowiki>" * 40_000,
    "<!--" * 60_000,
    "'" * 200_000,
    "（、" * 60_000 + "{{x}}",
    "（" * 100_000 + "{{x}}" + "）" * 100_000,
    "、 " * 60_000 + "{{x}}",
    "{|\n" * 50_000,
    "{|\n|a\n" * 20_000 + "|}\n" * 20_000,
    "{|\n" + "| colspan=999 rowspan=999 | a\n" * 3000,
    "*" * 100_000 + "a\n" + "#" * 10_000 + "b",
    "<span display:none " * 20_000,
    "<ul><li>" * 20_000,
    "=" * 200_000,
    "; a : b" * 20_000,
    "<rt>" * 50_000 + "<sup>" * 50_000,
    '| a="b" ' * 20_000,
    "&" * 200_000,
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_wikitext_takes_linear_time(number: int) -> None:
    start = time.process_time()
    text(HOSTILE[number])
    assert time.process_time() - start < 5
