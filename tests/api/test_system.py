"""The state of the whole and its workers."""

from typing import Any

import httpx
import pytest


async def test_the_pool_is_there_with_its_capacities(api: httpx.AsyncClient) -> None:
    workers = (await api.get("/workers")).json()["items"]
    assert {worker["id"]: (worker["host"], worker["capacity"]) for worker in workers if "node" in worker["host"]} == {
        f"worker-{number}": (f"worker-node-{number}.local", capacity)
        for number, capacity in enumerate((5, 8, 10, 6), start=1)
    }


async def test_the_status_tells_health_pool_counts_and_servers(api: httpx.AsyncClient) -> None:
    status = (await api.get("/system/status")).json()
    assert (status["health"], status["problems"]) == ("ok", [])
    assert status["workers"]["online"] >= 4
    assert set(status["lateness_seconds"]) == {"p50", "p95", "p99"}
    assert len(status["servers"]) == 1


async def test_the_registry_names_commands_with_their_schemas(api: httpx.AsyncClient) -> None:
    commands = {command["name"]: command for command in (await api.get("/commands")).json()["items"]}
    assert {"echo", "sleep", "calculate", "api_call", "data_processing", "backup", "default", "curl", "http"} <= set(
        commands
    )
    assert commands["echo"]["schema"]["required"] == ["message"]
    assert "worker-1" in commands["echo"]["workers"]


async def test_what_fires_next_is_foreseen_in_order(api: httpx.AsyncClient, a_job: Any) -> None:
    job = await a_job(name="Often", schedule="every 20 minutes")
    fires = (await api.get("/system/upcoming?hours=2&size=200")).json()["items"]
    assert [fire["at"] for fire in fires] == sorted(fire["at"] for fire in fires)
    assert sum(fire["job_id"] == job["id"] for fire in fires) == 6


async def test_a_worker_is_resized_drained_and_resumed(api: httpx.AsyncClient) -> None:
    assert (await api.put("/workers/worker-1", json={"capacity": 7})).json()["capacity"] == 7
    assert (await api.put("/workers/worker-1", json={"capacity": 5})).json()["capacity"] == 5
    assert (await api.post("/workers/worker-1/drain")).json()["state"] == "draining"
    assert (await api.post("/workers/worker-1/resume")).json()["state"] == "online"


@pytest.mark.parametrize("body", [{"capacity": 0}, {"capacity": 10_001}, {"capacity": "5"}, {}, {"slots": 5}])
async def test_a_capacity_that_makes_no_sense_is_refused(api: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await api.put("/workers/worker-1", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in ("capacity", "slots")
    assert (await api.put("/workers/nobody", json={"capacity": 5})).status_code == 404


async def test_health_is_told_to_whoever_watches(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        assert (await client.get("/health/live")).status_code == 200
        ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "reasons": []})
