"""Which addresses the organisation itself points its customers to."""

from collections.abc import Collection

from sqlalchemy import select

from storage.tables.knowledge import Document, DocumentKind
from tools.context import ToolContext


async def public_links(context: ToolContext, addresses: Collection[str]) -> set[str]:
    """Those of `addresses` that are the source of a document which was read from a public page and
    not removed."""
    spelled = {each: _spellings(each) for each in addresses}
    every = {form for forms in spelled.values() for form in forms}
    if not every:
        return set()
    query = select(Document.source).where(
        Document.organisation_id == context.organisation_id, Document.kind == DocumentKind.link,
        Document.removed_at.is_(None), Document.source.in_(every),
    )  # fmt: skip
    async with context.database.reading() as session:
        known = set(await session.scalars(query))
    return {each for each, forms in spelled.items() if known.intersection(forms)}


def _spellings(address: str) -> set[str]:
    whole = address if "://" in address else f"https://{address}"
    bare = whole.rstrip("/")
    return {bare, f"{bare}/"}
