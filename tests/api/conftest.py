"""A client of the real server."""

import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]
_numbers = itertools.count(1)


@pytest.fixture
async def api(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{address}/api", timeout=20) as client:
        yield client


@pytest.fixture
async def a_job(api: httpx.AsyncClient) -> AsyncIterator[Callable[..., Any]]:
    """Makes jobs that are gone after the test; none has the id, and so the past, of another."""
    made: list[str] = []

    async def job(**fields: Any) -> Json:
        asked = {"id": f"a-job-{next(_numbers)}", "name": "A job", "schedule": "manual", "command": "echo"} | fields
        asked.setdefault("args", {"message": "hello"})
        answer = await api.post("/jobs", json=asked)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
        return answer.json()

    yield job
    for job_id in made:
        await api.delete(f"/jobs/{job_id}?force=true")


@pytest.fixture
def follow(address: str) -> str:
    """The address of the live feed."""
    return address.replace("http", "ws", 1) + "/ws/events"
