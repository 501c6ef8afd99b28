"""From the agent's reply to what the outbox keeps."""

from agent.contract import Reply, Turn
from config.i18n import say
from storage.outbox import Draft, File


def key_of(turn: Turn) -> str:
    """Made of the message that is answered, so that a repeated turn answers once."""
    return f"reply:{turn.inbox_id}"


def draft_of(turn: Turn, reply: Reply) -> Draft:
    return Draft(
        key=key_of(turn),
        conversation_id=turn.conversation_id,
        reply_to=turn.inbox_id,
        text=reply.text,
        markdown=reply.markdown,
        buttons=tuple({"label": button.label, "send": button.send} for button in reply.buttons),
        shown=reply.shown,
        transfer=reply.transfer,
        files=tuple(
            File(name=file.name, media_type=file.media_type, content=file.content)
            for file in reply.attachments
        ),
    )


def unbegun(turn: Turn) -> Reply:
    """For a turn whose asker wants no more of it before it begins."""
    again = turn.attempt > 1
    return Reply(text=say(turn.language, "bot.stopped_again" if again else "bot.stopped_before"))


def apology(turn: Turn) -> Reply:
    """Honest words for a turn that failed: what was done is in the ledger, ask there."""
    return Reply(text=say(turn.language, "bot.failed"))
