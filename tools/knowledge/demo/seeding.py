"""Puts the demo's documents into its knowledge base; the index learns them in the background."""

from hashlib import sha256
from pathlib import Path

from config.clock import Clock
from storage.database import Database
from storage.tables.knowledge import DocumentKind
from tools.knowledge.parsing.document import as_text
from tools.knowledge.parsing.text import from_text
from tools.knowledge.service import Incoming, KnowledgeService, path_of

FOLDER = Path(__file__).parent / "documents"
_KEY = "demo:document:"

# The file's name without its language, and where it belongs.
CATEGORIES = {
    "returns": "售后/退换货",
    "warranty": "售后/保修",
    "delivery": "配送",
    "sizes": "商品/尺码",
    "payment": "付款",
    "stores": "门店",
    "membership": "会员",
    "courses": "课程",
    "faq": "常见问题",
}


async def seed(database: Database, organisation_id: int, clock: Clock) -> None:
    """Nothing when the organisation has them, or any other document, already."""
    async with database.unit_of_work() as session:
        service = KnowledgeService(session, organisation_id, clock)
        if await service.listed() or await service.listed(removed=True):
            return
        for file in sorted(FOLDER.glob("*.md")):
            await service.add(session, incoming(file))


def incoming(file: Path) -> Incoming:
    """As if the file had been sent under the name of its title."""
    parsed = from_text(file.read_text(encoding="utf-8"))
    return Incoming(
        kind=DocumentKind.file, source=f"{parsed.title}.md", title=parsed.title,
        text=as_text(parsed), sha256=sha256(file.read_bytes()).hexdigest(),
        language=str(parsed.language or ""), order_key=f"{_KEY}{file.name}",
        category=path_of(CATEGORIES[file.name.partition(".")[0]]),
    )  # fmt: skip
