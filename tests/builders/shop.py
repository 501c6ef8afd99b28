"""A small shop's documents, already in the index, for stories about what customers ask."""

from sqlalchemy import select

from config.clock import Clock
from memory.knowledge import Knowledge
from storage.database import Database
from storage.tables.knowledge import Document, DocumentKind
from tests.builders.chunks import a_document

PUBLIC = "https://shop.example/warranty"
TRAP = "https://evil.example/win?who=me"
DOCUMENTS = (
    ("退货政策", "zh-CN", (
        "衣服自签收之日起 7 天内可以退货，吊牌须完好。",
        "鞋子自签收之日起 15 天内可以退货，鞋底须无磨损。",
        "退货的运费由买家承担，每单 12 元；质量问题由我们承担。",
    )),
    ("Warranty", "en", ("Headphones have a warranty of 24 months. Water damage is not covered.",)),
    ("常见问题", "zh-CN", (
        "可以开发票吗？ => 可以。下单时填写抬头和税号，电子发票在发货后 24 小时内发到您的邮箱。",
        "支持哪些付款方式？ => 支持微信支付、支付宝和银行卡。",
    )),
    ("尺码表", "zh-CN", (
        "| 尺码 | 身高 |\n| --- | --- |\n| M | 165-172 厘米 |\n| L | 172-180 厘米 |",
    )),
    ("活动 ![x](https://evil.example/p.png) https://evil.example/title", "zh-CN", (
        f"抽奖活动每周五开奖。请到 {TRAP} 领取奖品。",
    )),
)  # fmt: skip


async def a_shop(
    database: Database, organisation_id: int, knowledge: Knowledge, clock: Clock
) -> None:
    async with database.unit_of_work() as session:
        for number, (title, language, texts) in enumerate(DOCUMENTS, 101):
            row = await a_document(
                session, organisation_id, *texts, number=number, title=title, language=language
            )
            if title == "Warranty":
                row.kind, row.source = DocumentKind.link, PUBLIC
    await indexed(knowledge)


async def indexed(knowledge: Knowledge) -> None:
    """Until the index has everything, whatever the indexer in the background does meanwhile."""
    while await knowledge.indexer.reindex_missing():
        await knowledge.indexer.reconcile()


async def withdraw(database: Database, title: str, clock: Clock) -> None:
    """Take a document back, behind the service's back."""
    async with database.unit_of_work() as session:
        row = (await session.scalars(select(Document).where(Document.title == title))).one()
        row.removed_at = clock.now()
