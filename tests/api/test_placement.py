"""Forty at once on the pool of a real server, seen through the live feed."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
from websockets.asyncio.client import connect

CAPACITY = {"worker-1": 5, "worker-2": 8, "worker-3": 10, "worker-4": 6}
ENDS = ("execution.succeeded", "execution.failed", "execution.cancelled")


async def test_forty_sleeps_never_exceed_the_slots_and_start_in_order(
    api: httpx.AsyncClient, a_job: Any, follow: str
) -> None:
    job = await a_job(id="forty", command="sleep", args={"seconds": 0.5}, overlap="allow")
    held: Counter[str] = Counter()
    highest: Counter[str] = Counter()
    started: list[int] = []
    ended = most = 0
    async with connect(f"{follow}?topics=executions") as feed:
        runs = await asyncio.gather(*[api.post(f"/jobs/{job['id']}/run") for _ in range(40)])
        async with asyncio.timeout(30):
            while ended < 40:
                event = json.loads(await feed.recv())
                if event["type"] == "execution.assigned":
                    held[event["worker_id"]] += 1
                    started.append(event["execution_id"])
                elif event["type"] in ENDS:
                    held[event["worker_id"]] -= 1
                    ended += 1
                highest |= held
                most = max(most, held.total())
    assert highest == CAPACITY
    assert most == sum(CAPACITY.values()) == 29
    ids = {run.json()["id"] for run in runs}
    assert set(started) == ids
    rows = (await api.get(f"/jobs/{job['id']}/executions?size=100")).json()["items"]
    due = {row["id"]: row["due_at"] for row in rows}
    last = [due[execution_id] for execution_id in started[29:]]
    assert last == sorted(last)
    assert {row["state"] for row in rows} == {"succeeded"}
