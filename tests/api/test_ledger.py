"""The ledger and "why", asked of a real server and by the command line."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import websockets

from processes import belfry


async def until(follow: str, job_id: str, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """The events of that type about a job, as soon as there are so many."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(20), websockets.connect(f"{follow}?after=0") as feed:
        async for message in feed:
            event = json.loads(message)
            if event.get("job_id") == job_id and event["type"] == kind:
                found.append(event)
                if len(found) == count:
                    break
    return found


async def why(api: httpx.AsyncClient, job_id: str, at: str) -> dict[str, Any]:
    answer = await api.get(f"/jobs/{job_id}/why", params={"at": at})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def records(api: httpx.AsyncClient, job_id: str, query: str = "") -> list[dict[str, Any]]:
    return (await api.get(f"/jobs/{job_id}/fires?size=200{query}")).json()["items"]


async def test_a_fire_that_overlaps_is_skipped_and_says_what_held_it_up(
    api: httpx.AsyncClient, a_job: Callable[..., Any], follow: str
) -> None:
    job = await a_job(schedule="every second", command="sleep", args={"seconds": 30})
    await until(follow, job["id"], "execution.skipped", 2)
    skipped, fired = await records(api, job["id"])
    assert (skipped["outcome"], skipped["reason"], skipped["count"] >= 2) == ("skipped", "overlap", True)
    assert (fired["outcome"], fired["count"]) == ("fired", 1)
    for instant in (skipped["due_at"], skipped["last_due_at"]):
        answer = await why(api, job["id"], instant)
        assert f"execution {fired['execution_id']} of this job still lived" in answer["text"]
        assert answer["gates"][0]["data"]["execution_id"] == fired["execution_id"]
    await api.post(f"/executions/{fired['execution_id']}/cancel")


async def test_a_fire_of_a_paused_job_is_skipped_and_says_so(
    api: httpx.AsyncClient, a_job: Callable[..., Any], follow: str
) -> None:
    job = await a_job(schedule="every second", enabled=False)
    assert job["next_fire_at"] is None
    await until(follow, job["id"], "execution.skipped", 2)
    (skipped,) = await records(api, job["id"], "&outcome=skipped")
    assert (skipped["reason"], skipped["count"] >= 2, skipped["job_version"]) == ("paused", True, 1)
    assert "the job was paused" in (await why(api, job["id"], skipped["due_at"]))["text"]
    assert await records(api, job["id"], "&outcome=fired") == []


async def test_an_execution_whose_dependency_failed_is_skipped_and_names_it(
    api: httpx.AsyncClient, a_job: Callable[..., Any], follow: str
) -> None:
    first = await a_job(command="calculate", args={"expression": "1 / 0"})
    second = await a_job(schedule="every second", dependencies=[first["id"]], overlap="allow")
    await until(follow, second["id"], "execution.waiting")
    (waiting, *_) = await records(api, second["id"])
    answer = (await api.get(f"/executions/{waiting['execution_id']}/why")).json()
    assert answer["gates"][0]["name"] == "dependency" and not answer["gates"][0]["open"]
    await api.post(f"/jobs/{first['id']}/run")
    (event, *_) = await until(follow, second["id"], "execution.skipped")
    answer = (await api.get(f"/executions/{event['execution_id']}/why")).json()
    assert f"dependency {first['id']} failed" in answer["text"]


async def test_past_instants_are_counted_and_then_run(
    api: httpx.AsyncClient, a_job: Callable[..., Any], follow: str
) -> None:
    job = await a_job(schedule="*/10 * * * *", enabled=False)
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:30:00Z"}
    answer = await api.post(f"/jobs/{job['id']}/backfill", json=span | {"dry_run": True})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "count": 4,
            "first_due_at": "2026-01-01T00:00:00Z",
            "last_due_at": "2026-01-01T00:30:00Z",
            "dry_run": True,
        },
    )
    assert (await api.get(f"/jobs/{job['id']}/executions")).json()["total"] == 0
    answer = await api.post(f"/jobs/{job['id']}/backfill", json=span | {"only_missing": True})
    assert (answer.status_code, answer.json()["count"]) == (201, 4)
    await until(follow, job["id"], "execution.succeeded", 4)
    answer = await api.post(f"/jobs/{job['id']}/backfill", json=span | {"only_missing": True})
    assert answer.json()["count"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "2025-01-01T00:00:00Z"}, "to"),
        ({"to": "2099-01-01T00:00:00Z"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"pace_seconds": -1}, "pace_seconds"),
        ({"since": 1}, "since"),
    ],
)
async def test_a_backfill_that_makes_no_sense_is_refused_at_its_field(
    api: httpx.AsyncClient, a_job: Callable[..., Any], change: dict[str, Any], field: str
) -> None:
    job = await a_job(schedule="*/10 * * * *", enabled=False)
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:30:00Z"} | change
    answer = await api.post(f"/jobs/{job['id']}/backfill", json=span)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


async def test_asking_why_of_nothing_or_at_no_instant_is_refused(
    api: httpx.AsyncClient, a_job: Callable[..., Any]
) -> None:
    job = await a_job()
    assert (await api.get("/jobs/nobody/why")).status_code == 404
    assert (await api.get("/jobs/nobody/fires")).status_code == 404
    assert (await api.get("/executions/999999999/why")).status_code == 404
    answer = await api.get(f"/jobs/{job['id']}/why?at=lately")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "at")
    answer = await api.get(f"/jobs/{job['id']}/fires?outcome=lost")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "outcome")


def said(*arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    """What the command line answers."""
    return subprocess.run([belfry(), *arguments, "--url", url], capture_output=True, text=True, timeout=30)


async def test_the_command_line_says_why(address: str, a_job: Callable[..., Any]) -> None:
    job = await a_job(schedule="0 3 * * *", timezone="Europe/Berlin")
    told = said("why", job["id"], "--at", "2099-01-01T03:00:00", url=address)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("It will fire at 2099-01-01 02:00:00 UTC\n  ✓ schedule: ")
    as_json = said("why", job["id"], "--json", url=address)
    assert json.loads(as_json.stdout)["expected_start_at"] == job["next_fire_at"]


async def test_the_command_line_previews(address: str) -> None:
    told = said("preview", "daily at 3 am", "--timezone", "Europe/Berlin", "--count", "2", url=address)
    assert told.stdout.startswith("daily at 03:00  [0 3 * * *]\n  20")
    wrong = said("preview", "now and then", url=address)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "schedule" in wrong.stderr and "Traceback" not in wrong.stderr


async def test_the_command_line_says_when_nobody_answers() -> None:
    told = said("why", "anything", url="http://127.0.0.1:9")
    assert told.returncode == 1
    assert "Nobody answers at http://127.0.0.1:9" in told.stderr and "Traceback" not in told.stderr


async def test_a_fire_that_the_calendar_forbids_is_skipped_and_names_the_day(
    api: httpx.AsyncClient, a_job: Callable[..., Any], follow: str
) -> None:
    days = [{"date": "2020-01-01", "to": "2100-01-01", "name": "Company holidays"}]
    assert (await api.post("/calendars", json={"id": "always", "name": "Always", "dates": days})).status_code == 201
    job = await a_job(schedule="every second", calendar="always")
    await until(follow, job["id"], "execution.skipped", 2)
    (skipped,) = await records(api, job["id"])
    assert (skipped["outcome"], skipped["reason"], skipped["count"] >= 2) == ("skipped", "calendar", True)
    assert "Company holidays" in (await why(api, job["id"], skipped["due_at"]))["text"]
    refused = await api.delete("/calendars/always")
    assert (refused.status_code, job["id"] in refused.text) == (409, True)


async def test_days_to_come_are_played_through(api: httpx.AsyncClient, a_job: Callable[..., Any]) -> None:
    job = await a_job(schedule="0 * * * *")
    played = (await api.post("/system/simulate", json={"days": 2})).json()
    assert played["capacity"] == 29
    assert next(load for load in played["jobs"] if load["job_id"] == job["id"])["fires"] == 48
    assert sum(hour["fires"] for hour in played["hours"]) >= 48
    answer = await api.post("/system/simulate", json={"days": 32})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "days")


@pytest.mark.parametrize(
    ("asked", "kind", "first"),
    [
        ({"schedule": "every other day at 9:00"}, "rrule", "2027-01-03T09:00:00Z"),
        ({"schedule": "in 10 minutes"}, "once", "2027-01-01T12:10:00Z"),
        ({"schedule": "daily at noon", "timezone": "Asia/Tokyo"}, "cron", "2027-01-02T03:00:00Z"),
        (
            {"schedule": "30 2 * * *", "timezone": "Europe/Berlin", "from": "2027-03-28T00:00:00"},
            "cron",
            "2027-03-28T01:00:00Z",
        ),
        (
            {"schedule": "30 2 * * *", "timezone": "Europe/Berlin", "from": "2027-03-28T00:00:00", "dst_gap": "skip"},
            "cron",
            "2027-03-29T00:30:00Z",
        ),
    ],
)
async def test_a_preview_says_what_a_schedule_means(
    api: httpx.AsyncClient, asked: dict[str, Any], kind: str, first: str
) -> None:
    answer = await api.post("/schedules/preview", json={"from": "2027-01-01T12:00:00Z"} | asked)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["kind"], answer.json()["next"][0]) == (kind, first)
    assert len(answer.json()["marks"]) == len(answer.json()["next"])


FAR = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]


@pytest.mark.parametrize("instant", FAR)
async def test_instants_beyond_all_calendars_are_refused_at_their_field(
    api: httpx.AsyncClient, a_job: Callable[..., Any], instant: str
) -> None:
    job = await a_job(schedule="0 3 * * *")
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:30:00Z"}
    asked = {"name": "x", "schedule": "daily", "command": "echo", "args": {"message": 1}}
    answers = {
        "at": await api.get(f"/jobs/{job['id']}/why", params={"at": instant}),
        "from": await api.post("/schedules/preview", json={"schedule": "daily", "from": instant}),
        "start_at": await api.post("/jobs", json=asked | {"start_at": instant}),
        "end_at": await api.post("/schedules/preview", json={"schedule": "daily", "end_at": instant}),
        "resume_at": await api.put(f"/jobs/{job['id']}/status", json={"status": "paused", "resume_at": instant}),
    }
    for name in span:
        answers[f"{name} "] = await api.post(f"/jobs/{job['id']}/backfill", json=span | {name: instant})
    for field, answer in answers.items():
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field.strip()), field


async def test_a_lone_surrogate_is_refused_at_its_field(api: httpx.AsyncClient) -> None:
    answer = await api.post(
        "/schedules/preview", content=b'{"schedule": "daily\\ud800"}', headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "schedule")
    answer = await api.post("/schedules/preview", json={"schedule": "daily", "job_id": "NOT VALID"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "job_id")


async def test_backfills_at_once_run_an_instant_once(api: httpx.AsyncClient, a_job: Callable[..., Any]) -> None:
    job = await a_job(schedule="*/10 * * * *", enabled=False)
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T01:00:00Z", "only_missing": True, "pace_seconds": 60}
    answers = await asyncio.gather(*[api.post(f"/jobs/{job['id']}/backfill", json=span) for _ in range(4)])
    assert sorted(answer.json()["count"] for answer in answers) == [0, 0, 0, 7]
