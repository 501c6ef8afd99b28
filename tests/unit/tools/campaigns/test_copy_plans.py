"""Whose words an ad gets, in which language, and that they keep the rules whoever wrote them."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.i18n import Language
from tests.builders.copy import OWN, a_creative, a_plan, copy_context
from tests.fakes.ports import FakeWriter
from tools.campaigns.copy_languages import put_into, tongue_of
from tools.campaigns.copy_plans import copies_of, renewed, with_copies
from tools.campaigns.copy_rules import keeps
from tools.campaigns.copy_templates import templates
from tools.campaigns.copy_text import copy_lines
from tools.campaigns.plans import CreationPlan
from tools.campaigns.recording import spec_of

PLATFORMS = ("meta", "tiktok", "google", "sandbox")
PLACES = ("1/CR-1", "2/CR-1", "3/CR-1")


def answer(*texts: str) -> str:
    return json.dumps(dict(zip(PLACES, texts, strict=False)), ensure_ascii=False)


def words(plan: CreationPlan) -> list[str]:
    return [copy.words for copy in copies_of(plan).values()]


def sources(plan: CreationPlan) -> list[str]:
    return [copy.model or copy.source for copy in copies_of(plan).values()]


async def test_without_a_model_an_ad_has_its_creatives_own_words() -> None:
    plan = await with_copies(copy_context(), a_plan())
    assert (words(plan), sources(plan)) == ([OWN] * 3, ["creative"] * 3)


async def test_the_platform_is_asked_for_the_very_words_of_the_plan() -> None:
    plan = await with_copies(copy_context(), a_plan(a_creative(), a_creative(2, "保证提分")))
    asked = [ad.copy for ad_set in spec_of(plan).ad_sets for ad in ad_set.ads]
    assert sorted(asked) == sorted(words(plan))
    assert OWN in asked


async def test_words_that_break_a_rule_are_replaced_and_the_proposal_says_why() -> None:
    context = copy_context()
    plan = await with_copies(context, a_plan(a_creative(words="全网最佳，保证提分")))
    assert sources(plan) == ["template"] * 3
    assert all("外教试听课" in text for text in words(plan))
    assert len(set(words(plan))) == 3
    told = "\n".join(copy_lines(context, plan))
    assert "CR-1 的素材原文没有用：“最佳”是绝对化用语，《广告法》第九条" in told


async def test_one_question_brings_the_copy_of_all_ads_and_each_its_own() -> None:
    writer = FakeWriter(answer("小班来试听。", "下班也能学。", "慢慢学，听得懂。"))
    plan = await with_copies(copy_context(writer), a_plan())
    assert words(plan) == ["小班来试听。", "下班也能学。", "慢慢学，听得懂。"]
    assert sources(plan) == ["first"] * 3
    (asked,) = writer.asked
    assert json.loads(asked[1])["ads"]["1/CR-1"]["ages"] == ["18-35"]
    assert "Simplified Chinese" in asked[0]


async def test_what_the_first_model_leaves_or_spoils_the_second_writes_then_a_template() -> None:
    writer = FakeWriter(
        answer("小班来试听。", "全网最佳课程。", "看 www.evil.example"),
        json.dumps({"2/CR-1": "下班也能学。", "1/CR-1": "不是问你的。"}, ensure_ascii=False),
    )
    plan = await with_copies(copy_context(writer), a_plan(a_creative(words="保证提分")))
    assert sources(plan) == ["first", "second", "template"]
    assert words(plan)[:2] == ["小班来试听。", "下班也能学。"]
    assert set(json.loads(writer.asked[1][1])["ads"]) == {"2/CR-1", "3/CR-1"}


@pytest.mark.parametrize(
    "rubbish",
    ["", "抱歉，我不能。", "{", "[]", "[1, 2]", '{"1/CR-1": 7}', '{"1/CR-1": ""}', "null"],
)
async def test_an_answer_that_is_none_leaves_the_creatives_own_words(rubbish: str) -> None:
    plan = await with_copies(copy_context(FakeWriter(rubbish, rubbish)), a_plan())
    assert words(plan) == [OWN] * 3


async def test_an_answer_that_was_cut_off_counts_as_far_as_it_came() -> None:
    cut = answer("小班来试听。", "下班也能学。")[:-4]
    plan = await with_copies(copy_context(FakeWriter(cut)), a_plan())
    assert words(plan) == ["小班来试听。", OWN, OWN]


async def test_figures_that_stand_nowhere_are_invented() -> None:
    creative = a_creative(words="4 人小班，首月立减 200 元。")
    writer = FakeWriter(answer("4 人小班，立减 200 元。", "只要 99 元。", "适合 51 岁起。"))
    plan = await with_copies(copy_context(writer), a_plan(creative))
    assert sources(plan) == ["first", "creative", "creative"]


async def test_of_many_ads_a_model_writes_one_text_per_creative() -> None:
    creatives = [a_creative(number) for number in range(1, 5)]
    told = {each.id: f"{each.title}，来试听。" for each in creatives}
    writer = FakeWriter(json.dumps(told, ensure_ascii=False))
    plan = await with_copies(copy_context(writer), a_plan(*creatives))
    assert sources(plan) == ["first"] * 12


@pytest.mark.parametrize(
    ("countries", "language", "others"),
    [
        (("CN",), "zh-CN", ()), (("TW", "HK"), "zh-TW", ()), (("SG",), "en", ()),
        (("US", "CA", "JP"), "en", ("JP",)), (("DE", "AT", "FR"), "de", ("FR",)),
        (("DE", "FR"), "en", ("DE", "FR")), (("CN", "TW"), "zh-CN", ("TW",)),
        (("XX",), "en", ()),
    ],
)  # fmt: skip
def test_ads_are_in_what_most_of_their_countries_read(
    countries: Sequence[str], language: str, others: Sequence[str]
) -> None:
    tongue = tongue_of(countries)
    assert (tongue.language, tongue.others) == (language, tuple(others))


@pytest.mark.parametrize(
    ("countries", "wanted", "source"),
    [
        (("CN",), OWN, "creative"), (("TW",), "小班上課，先試聽再決定。", "converted"),
        (("US",), "Ready for something new? Start with one easy step. Shop now.", "template"),
        (("JP",), "Ready for something new? Start with one easy step. Shop now.", "template"),
    ],
)  # fmt: skip
async def test_own_words_are_used_in_their_own_language_alone(
    countries: Sequence[str], wanted: str, source: str
) -> None:
    plan = await with_copies(copy_context(), a_plan(countries=tuple(countries)))
    assert (words(plan)[0], sources(plan)[0]) == (wanted, source)


async def test_a_model_writes_a_language_that_we_have_no_templates_of() -> None:
    context = copy_context(FakeWriter(answer("少人数クラス。まずは体験から。"), ""))
    plan = await with_copies(context, a_plan(countries=("JP",)))
    assert sources(plan) == ["first", "template", "template"]
    assert "Japanese" in context.writer.asked[0][0]  # type: ignore[attr-defined]
    assert "现在没有模型能写日语，先用英语" in "\n".join(copy_lines(context, plan))


async def test_a_text_in_another_language_is_not_what_was_asked_for() -> None:
    writer = FakeWriter(answer("Small classes. Try one.", "小班上課。", "スクールへ。"), "")
    plan = await with_copies(copy_context(writer), a_plan())
    assert words(plan) == [OWN, "小班上课。", OWN]


async def test_another_version_is_always_another_one_and_they_come_round() -> None:
    plan, seen = await with_copies(copy_context(), a_plan()), []
    for _ in range(4):
        seen.append(words(plan)[0])
        plan = await renewed(copy_context(), plan, [(0, "CR-1")])
        assert words(plan)[1:] == [OWN] * 2
    assert len(set(seen)) == 4
    assert words(plan)[0] == seen[0]


@settings(deadline=None)
@given(
    own=st.text(max_size=140), title=st.text(max_size=60), said=st.text(max_size=140),
    platform=st.sampled_from(PLATFORMS), country=st.sampled_from(("CN", "TW", "US", "JP", "DE")),
    objective=st.sampled_from(("sales", "traffic", "awareness")),
)  # fmt: skip
async def test_whatever_a_creative_or_a_model_says_what_is_used_keeps_every_rule(
    own: str, title: str, said: str, platform: str, country: str, objective: str
) -> None:
    writer = FakeWriter(answer(said, own, title), answer(title, said, f"{own}{said}"))
    creatives = (a_creative(words=own, title=title), a_creative(2, f"最佳{own}", said))
    plan = a_plan(
        *creatives, platform=platform, countries=(country,), objective=objective,
        product_url=f"https://a.cn/{title}" if title.isalnum() else None,
    )  # fmt: skip
    plan = await with_copies(copy_context(writer), plan)
    assert len(words(plan)) == 6
    assert all(keeps(platform, text) for text in words(plan))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_templates_keep_the_rules_whatever_the_product_is_called(
    platform: str, language: Language
) -> None:
    for subject in ((), ("外教课",), ("Speaking course",), ("最佳课程",), ("x" * 120,)):
        for angle in range(3):
            texts = templates(platform, "sales", language, subject, angle)
            assert len(set(texts)) == 3
            assert all(
                keeps(platform, text) and put_into(text, language) for text in texts if not subject
            )
