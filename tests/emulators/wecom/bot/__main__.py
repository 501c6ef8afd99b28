"""`python -m tests.emulators.wecom.bot --port N`: the emulator as a process of its own."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from tests.emulators.wecom.bot.server import WecomBotEmulator


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.emulators.wecom.bot", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the WebSocket; 0: a free one")
    parser.add_argument("--ledger", type=Path, help="append to this file, one JSON object a line")
    parser.add_argument("--scale", type=float, default=1.0, help="seconds of WeCom in ours")
    parser.add_argument("--flood", type=float, default=1.0, help="0: without limits")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    async with WecomBotEmulator(
        port=options.port, ledger=options.ledger, scale=options.scale, flood=options.flood
    ) as emulator:
        place = {
            "ws": emulator.ws, "api": emulator.api, "bot_id": emulator.bot_id,
            "secret": emulator.secret,
        }  # fmt: skip
        sys.stdout.write(json.dumps(place) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(_options()))
