"""How long the local planner takes for a sentence, alone on one core."""

import json
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.contract import PlanRequest
from agent.planner.loading import load_planner
from bench.figures import percentile
from config.settings import Settings

_SENTENCES = Path("tests/eval/dev.jsonl")


def main() -> None:
    planner = load_planner(Settings().cache_dir)
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    texts = [
        json.loads(line)["text"]
        for line in _SENTENCES.read_text(encoding="utf-8").splitlines()
        if line
    ]
    planner.plan(PlanRequest(text="warm up", now=now))
    took = []
    for text in texts:
        started = time.perf_counter()
        planner.plan(PlanRequest(text=text, now=now))
        took.append((time.perf_counter() - started) * 1000)
    print(
        f"{len(took)} sentences: P50 {percentile(took, 0.5):.1f} ms, "
        f"P95 {percentile(took, 0.95):.1f} ms, slowest {max(took):.1f} ms"
    )
