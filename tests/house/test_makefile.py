"""`make help` tells the truth."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_help_names_every_target_but_the_inner_ones() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+) ", said, re.MULTILINE)) == set(phony[1].split()) - {"tools"}


def test_a_missing_python_is_told_in_one_sentence() -> None:
    result = subprocess.run(["make", "setup", "PYTHON="], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert result.stderr.splitlines()[0] == "Belfry needs Python 3.11 or newer, and there is none on PATH."
    assert "Traceback" not in result.stderr
