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
    parser.set_defaults(role=None, person=None)
    arguments = parser.parse_args(words)
    arguments.command = arguments.command or "run"
    return arguments
