"""A worker on a small machine pays only for what it uses."""

import subprocess
import sys

import pytest

HEAVY = ("asyncpg", "piccolo", "litestar", "starlette", "reflex", "uvicorn", "httpx", "croniter", "lark")


@pytest.mark.parametrize("module", ["belfry", "belfry.author.builtins", "belfry.author.worker"])
def test_the_authors_side_loads_no_database_no_web_framework_and_no_http_client(module: str) -> None:
    program = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []
