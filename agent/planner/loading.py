"""The planner, ready to use; its intents are learned once and kept in a folder."""

import subprocess
import sys
from pathlib import Path

from agent.mood.model import MoodModel
from agent.planner.embedding import e5
from agent.planner.intents import IntentModel
from agent.planner.planner import LocalPlanner
from agent.planner.storing import load, model_file
from tools.contract import CUSTOMER, MANAGER

_ROOT = Path(__file__).parents[2]


def load_planner(cache_dir: Path) -> LocalPlanner:
    """Reads the learned intents and moods from `cache_dir`, learning them first (about a minute) when
    the examples have changed; subprocess.CalledProcessError when that fails."""
    path = model_file(cache_dir)
    if not path.exists():
        command = [sys.executable, "-m", "agent.planner.train", str(cache_dir.resolve())]
        subprocess.run(command, check=True, cwd=_ROOT)
    models, embed = load(path), e5()
    intents, moods = IntentModel(models, embed), MoodModel(models, embed)
    return LocalPlanner({**MANAGER, **CUSTOMER}, intents, moods)
