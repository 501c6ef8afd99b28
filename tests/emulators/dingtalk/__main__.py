"""`python -m tests.emulators.dingtalk --port N`: the emulator as a process of its own."""

import argparse
from pathlib import Path

import uvloop

from tests.emulators.dingtalk.emulated import CLIENT_ID, CLIENT_SECRET
from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.emulators.serving import serve_process


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.emulators.dingtalk", description=__doc__)
    parser.add_argument("--port", type=int, default=8083)
    parser.add_argument("--ledger", type=Path, help="append to this file, one JSON object a line")
    parser.add_argument("--client-id", default=CLIENT_ID)
    parser.add_argument("--client-secret", default=CLIENT_SECRET)
    parser.add_argument("--robot-code", default="", help="the client id, when it is not given")
    parser.add_argument("--scale", type=float, default=1.0, help="seconds of DingTalk in ours")
    parser.add_argument("--flood", type=float, default=1.0, help="ease of the limits; 0: none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ack-within", type=float, default=60.0, help="seconds of DingTalk")
    parser.add_argument("--attempts", type=int, default=4, help="how often a push is sent")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    given = {name: value for name, value in vars(options).items() if name != "port"}
    emulator = DingtalkEmulator(**given)
    await serve_process(emulator.app, options.port, emulator.serve_at)
    await emulator.close()


if __name__ == "__main__":
    uvloop.run(_serve(_options()))
