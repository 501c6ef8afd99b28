"""The command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from config.roles import Role

_ABOUT = "HuoKe, a chat-bot-first agent for customer acquisition."


def read_arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run_bot.py", description=_ABOUT)
    commands = parser.add_subparsers(dest="command")
    for name, purpose in (
        ("run", "serve the organisation that the settings name (default)"),
        ("demo", "a chat with a demo organisation; no key and no account needed"),
    ):
        chat = commands.add_parser(name, help=purpose)
        chat.add_argument(
            "--as",
            dest="role",
            type=Role,
            choices=list(Role),
            metavar="ROLE",
            help=f"who you are: {', '.join(Role)} (default: manager)",
        )
        chat.add_argument("--person", metavar="NAME", help="which person of the organisation")
        if name == "demo":
            chat.add_argument("--web", action="store_true", help="serve the chat page instead")
    invitation = commands.add_parser("invite", help="a code that binds a chat account to a person")
    invitation.add_argument("name", metavar="NAME", help="of the person; a new name joins")
    invitation.add_argument(
        "--role", type=Role, choices=list(Role), metavar="ROLE", help="of a new name (agent)"
    )
    commands.add_parser("doctor", help="check every configured part and say what to do")
    commands.add_parser("prepare", help="learn the planner's intents (part of make install)")
    commands.add_parser("migrate", help="bring the database to the newest schema")
    evaluation = commands.add_parser("eval", help="score the planner on a file of sentences")
    evaluation.add_argument("file", type=Path, metavar="FILE.jsonl")
    evaluation.add_argument("--json", action="store_true", help="print only the figures")
    bench = commands.add_parser("bench", help="figures on a file of questions with known answers")
    bench.add_argument("name", metavar="NAME", help="what to measure: retrieval, memory")
    bench.add_argument("file", type=Path, metavar="FILE.json")
    bench.add_argument(
        "--queries", type=Path, metavar="OTHER.json", help="the same questions in another language"
    )
    bench.add_argument("--json", action="store_true", help="print only the product's figures")
    mcp = commands.add_parser("mcp", help="campaign automation for other programs, by MCP")
    mcp.add_argument("--http", action="store_true", help="at /mcp, instead of by pipes")
    mcp.add_argument("--person", metavar="NAME", help="in whose name (pipes only)")
    _knowledge(commands.add_parser("knowledge", help="the documents that answer customers"))
    parser.set_defaults(role=None, person=None, web=False)
    arguments = parser.parse_args(words)
    arguments.command = arguments.command or "run"
    return arguments


def _knowledge(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="documents, or new versions of known ones")
    add.add_argument("sources", nargs="+", metavar="PATH|URL", help="files, folders and links")
    add.add_argument("--category", default="", metavar="A/B", help="where they belong")
    actions.add_parser("list", help="all documents")
    actions.add_parser("reindex", help="empty the search index and fill it anew")
    remove = actions.add_parser("remove", help="answer no customer from a document any more")
    remove.add_argument("document", metavar="D-3")
