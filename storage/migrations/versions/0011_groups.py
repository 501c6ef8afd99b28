"""Groups: how a chat is divided into conversations, and where people want notices."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, owned, words
from storage.types import AwareTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PLACE = ("organisation_id", "channel", "bot", "chat")
_ONE_PER_CHAT = f"uq_conversations_{'_'.join(_PLACE)}"
_ONE_PER_MEMBER = f"{_ONE_PER_CHAT}_member"


def upgrade() -> None:
    owned(
        "group_chats",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("bot", sa.String(64), nullable=False),
        sa.Column("chat", sa.String(128), nullable=False),
        sa.Column("scope", words("scope", "member", "topic", "group"), nullable=False),
        sa.Column("created_at", AwareTime(), nullable=False),
        sa.UniqueConstraint(*_PLACE),
    )
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("group_id", BIG))
        table.add_column(sa.Column("member", sa.String(128), nullable=False, server_default=""))
        table.create_foreign_key(
            "fk_conversations_group_id_group_chats", "group_chats", ["group_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        table.drop_constraint(_ONE_PER_CHAT, type_="unique")
        table.create_unique_constraint(_ONE_PER_MEMBER, [*_PLACE, "member"])
    with op.batch_alter_table("conversations") as table:
        table.alter_column("member", existing_type=sa.String(128), server_default=None)
    op.create_index("ix_conversations_group_id", "conversations", ["group_id"])
    op.add_column("inbox", sa.Column("said_in", sa.String(128)))
    op.add_column("people", sa.Column("notices_channel", sa.String(32)))


def downgrade() -> None:
    op.drop_column("people", "notices_channel")
    op.drop_column("inbox", "said_in")
    op.drop_index("ix_conversations_group_id", "conversations")
    # What members said in conversations of their own is kept, under names that no chat has.
    op.execute(
        "UPDATE conversations SET chat = substr(chat || '/' || member, 1, 128) WHERE member != ''"
    )
    with op.batch_alter_table("conversations") as table:
        table.drop_constraint(_ONE_PER_MEMBER, type_="unique")
        table.drop_constraint("fk_conversations_group_id_group_chats", type_="foreignkey")
        table.create_unique_constraint(_ONE_PER_CHAT, [*_PLACE])
        table.drop_column("member")
        table.drop_column("group_id")
    op.drop_table("group_chats")
