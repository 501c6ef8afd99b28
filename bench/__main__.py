"""`make bench`: every benchmark, or those named: python -m bench planner turn start."""

import asyncio
import sys
from collections.abc import Callable

from bench import (
    ads,
    allocation,
    answers,
    channels,
    experiments,
    kill,
    market,
    memory,
    model,
    mood,
    planner,
    retrieval,
    start,
    support,
    turn,
    webhook,
)

BENCHMARKS: dict[str, Callable[[], None]] = {
    "planner": planner.main,
    "turn": turn.main,
    "webhook": webhook.main,
    "channels": channels.main,
    "start": start.main,
    "memory": memory.main,
    "retrieval": retrieval.main,
    "support": support.main,
    "answers": answers.main,
    "model": model.main,
    "mood": mood.main,
    "kill": kill.main,
    "ads": ads.main,
    "allocation": allocation.main,
    "experiments": experiments.main,
    "market": lambda: asyncio.run(market.main()),
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
        return 2
    for name in names or BENCHMARKS:
        print(f"== {name}")
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
