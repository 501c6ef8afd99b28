"""Node, with the platforms' own packages for it; tests that want it are skipped where it is not."""

import shutil
import subprocess
from pathlib import Path

import pytest

_PACKAGES_SECONDS = 300


def node_with_packages(folder: Path) -> str:
    """The program; what `folder` locks is installed there, once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node is not installed")
    if not (folder / "node_modules").is_dir():
        command = [npm, "ci", "--no-audit", "--no-fund", "--silent"]
        installed = subprocess.run(command, cwd=folder, timeout=_PACKAGES_SECONDS, check=False)
        if installed.returncode:
            shutil.rmtree(folder / "node_modules", ignore_errors=True)
            pytest.skip("npm cannot fetch the packages here")
    return node
