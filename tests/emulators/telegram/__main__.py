"""`python -m tests.emulators.telegram --port N`: the emulator as a process of its own."""

import argparse
from pathlib import Path

import uvloop

from tests.emulators.serving import serve_process
from tests.emulators.telegram.server import TelegramEmulator, parse_tokens


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.emulators.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--ledger", type=Path, help="append to this file, one JSON object a line")
    parser.add_argument("--token", action="append", default=[], help="may be given several times")
    parser.add_argument("--scale", type=float, default=1.0, help="seconds of Telegram in ours")
    parser.add_argument("--flood", type=float, default=1.0, help="ease of the limits; 0: none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--https-rules", action="store_true", help="webhooks as Telegram asks")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    emulator = TelegramEmulator(
        *parse_tokens(options.token), scale=options.scale, flood=options.flood,
        seed=options.seed, ledger=options.ledger, https_rules=options.https_rules,
    )  # fmt: skip
    await serve_process(emulator.app, options.port, lambda url: None)
    await emulator.close()


if __name__ == "__main__":
    uvloop.run(_serve(_options()))
