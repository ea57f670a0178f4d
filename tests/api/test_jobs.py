"""The REST interface, as a script meets it."""

import asyncio
from typing import Any

import httpx
import pytest

PROBLEM = "application/problem+json"


def errors(answer: httpx.Response) -> dict[str, str]:
    assert answer.headers["content-type"] == PROBLEM, answer.text
    assert answer.json()["status"] == answer.status_code
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


async def settled(api: httpx.AsyncClient, follow: str, execution: dict[str, Any]) -> dict[str, Any]:
    """The execution once it is over."""
    from websockets.asyncio.client import connect

    async with asyncio.timeout(20), connect(f"{follow}?topics=executions") as feed:
        while True:
            answer = (await api.get(f"/executions/{execution['id']}")).json()
            if answer["state"] in ("succeeded", "failed", "cancelled", "skipped"):
                return answer
            await feed.recv()


async def test_a_job_reads_as_it_was_written_and_where_it_stands(api: httpx.AsyncClient, a_job: Any) -> None:
    asked = {
        "id": "whole",
        "name": "Whole",
        "description": "all of it",
        "schedule": "daily at 6 AM",
        "timezone": "Europe/Berlin",
        "command": "http",
        "args": {"url": "https://example.org/hook", "method": "POST", "json": {"k": [1, None, "ü"]}},
        "priority": "HIGH",
        "dependencies": [],
        "retry_policy": {
            "type": "EXPONENTIAL",
            "max_retries": 5,
            "delay_ms": 1000,
            "max_delay_ms": 300000,
            "jitter": 0,
        },
        "enabled": True,
        "tags": ["etl"],
        "labels": {"gpu": "true"},
        "timeout_seconds": 600,
        "overlap": "skip",
        "misfire": "once",
        "start_at": None,
        "end_at": "2099-01-01T00:00:00Z",
        "jitter_seconds": 0,
        "calendar": None,
        "metadata": {"owner": "me"},
    }
    made = await a_job(**asked)
    read = (await api.get("/jobs/whole")).json()
    assert read == made
    assert {name: read[name] for name in asked} == asked
    assert (read["state"], read["kind"], read["version"], read["recent"], read["last_execution"]) == (
        *("active", "cron", 1, []),
        None,
    )
    assert read["description_of_schedule"] == "daily at 06:00"
    assert read["next_fire_at"].endswith("Z")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"schedule": None}, "schedule"),
        ({"schedule": "every blue moon"}, "schedule"),
        ({"schedule": "0 0 30 2 *"}, "schedule"),
        ({"timezone": "Europe/Berlim"}, "timezone"),
        ({"command": "ecko"}, "command"),
        ({"args": {}}, "args.message"),
        ({"args": {"message": "a\0b"}}, "args.message"),
        ({"args": {"message": 1, "masage": 1}}, "args.masage"),
        ({"priority": "URGENT"}, "priority"),
        ({"retry_policy": {"type": "NONE", "max_retries": 1}}, "retry_policy.max_retries"),
        ({"retry_policy": {"type": "FIXED", "max_retries": "3"}}, "retry_policy.max_retries"),
        ({"retry_policy": {"type": "FIXED", "delay_ms": 10**30}}, "retry_policy.delay_ms"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"tags": [1]}, "tags[0]"),
        ({"labels": {"a": 1}}, "labels[...]"),
        ({"start_at": "2027-01-01T00:00:00"}, "start_at"),
        ({"dependencies": ["ghost"]}, "dependencies"),
        ({"overlap": "sometimes"}, "overlap"),
        ({"max_concurrency": 2}, "max_concurrency"),
        ({"overlap": "allow", "max_concurrency": 0}, "max_concurrency"),
        ({"max_runs": 0}, "max_runs"),
        ({"misfire_limit": 1001}, "misfire_limit"),
        ({"jitter_seconds": -1}, "jitter_seconds"),
        ({"dst_gap": "jump"}, "dst_gap"),
        ({"dst_overlap": "twice"}, "dst_overlap"),
        ({"colour": "red"}, "colour"),
        ({"metadata": {"k": "a\0b"}}, "metadata"),
    ],
)
async def test_what_is_wrong_is_refused_at_its_field(
    api: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    asked = {"name": "Wrong", "schedule": "manual", "command": "echo", "args": {"message": "x"}} | change
    answer = await api.post("/jobs", json=asked)
    assert answer.status_code == 422, answer.text
    assert any(found == field or found.startswith(f"{field}.") for found in errors(answer)), answer.text
    assert (await api.get("/jobs?q=Wrong")).json()["total"] == 0


@pytest.mark.parametrize(
    "body", [b"", b"{nope", b"[1]", b'"text"', b'{"name": "\\ud800"}', b"\xff\xfe", b"[" * 100_000]
)
async def test_a_body_that_is_no_object_is_refused_as_the_body(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post("/jobs", content=body)
    assert answer.status_code in (400, 422)
    assert set(errors(answer)) <= {"body", "name"}
    assert errors(answer)


async def test_a_body_that_is_too_long_is_told_so(api: httpx.AsyncClient) -> None:
    answer = await api.post("/jobs", content=b'{"name": "' + b"x" * 3_000_000)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/jobs/ghost", 404),
        ("/jobs/ghost/executions", 404),
        ("/jobs/ghost/logs", 404),
        ("/executions/999999999", 404),
        ("/executions/99999999999999999999", 422),
        ("/executions/x", 404),
        ("/nothing", 404),
        ("/jobs?size=0", 422),
        ("/jobs?size=201", 422),
        ("/jobs?page=-1", 422),
        ("/jobs?page=x", 422),
        ("/jobs?siz=1", 422),
        ("/jobs?sort=colour", 422),
        ("/jobs?state=asleep", 422),
        ("/executions?state=asleep", 422),
        ("/executions?trigger=x", 422),
        ("/logs?level=LOUD", 422),
        ("/system/upcoming?hours=0", 422),
        ("/jobs/a%00b", 400),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_with_a_problem(
    api: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await api.get(path)
    assert answer.status_code == status, answer.text
    errors(answer)


async def test_a_patch_changes_only_what_it_names(api: httpx.AsyncClient, a_job: Any) -> None:
    job = await a_job(tags=["one"], description="before")
    answer = await api.patch(f"/jobs/{job['id']}", json={"description": None, "priority": "LOW"})
    changed = answer.json()
    assert (changed["description"], changed["priority"], changed["tags"], changed["version"]) == ("", "LOW", ["one"], 2)
    assert answer.headers["etag"] == '"2"'
    assert set(errors(await api.patch(f"/jobs/{job['id']}", json={"schedule": None}))) == {"schedule"}


async def test_an_edit_is_guarded_by_the_version_it_began_from(api: httpx.AsyncClient, a_job: Any) -> None:
    job = await a_job()
    path, change = f"/jobs/{job['id']}", {"description": "mine"}
    assert (await api.patch(path, json=change, headers={"If-Match": '"1"'})).status_code == 200
    assert (await api.patch(path, json=change, headers={"If-Match": '"1"'})).status_code == 412
    assert set(errors(await api.patch(path, json=change, headers={"If-Match": "soon"}))) == {"If-Match"}


async def test_a_put_replaces_the_whole(api: httpx.AsyncClient, a_job: Any) -> None:
    job = await a_job(tags=["one"])
    whole = {"name": "New", "schedule": "every 10 minutes", "command": "sleep", "args": {"seconds": 1}}
    changed = (await api.put(f"/jobs/{job['id']}", json=whole)).json()
    assert (changed["name"], changed["tags"], changed["kind"]) == ("New", [], "cron")


async def test_a_run_gives_its_execution_with_result_and_log(api: httpx.AsyncClient, a_job: Any, follow: str) -> None:
    job = await a_job(command="data_processing", args={"batches": 2, "seconds": 0})
    answer = await api.post(f"/jobs/{job['id']}/run")
    assert answer.status_code == 201
    done = await settled(api, follow, answer.json())
    assert (done["state"], done["trigger"], done["result"]["records"]) == ("succeeded", "manual", 200)
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["succeeded"]
    log = (await api.get(f"/executions/{done['id']}/logs")).json()
    assert log["total"] == 4
    assert log["items"][0]["message"].startswith("attempt 1 started on worker-")
    later = (await api.get(f"/executions/{done['id']}/logs?after={log['items'][1]['id']}&q=batch")).json()
    assert [line["message"] for line in later["items"]] == [line["message"] for line in log["items"][2:]]
    assert (await api.get(f"/jobs/{job['id']}/logs?level=INFO,WARN")).json()["total"] == 4
    assert (await api.get(f"/logs?job={job['id']}&level=ERROR")).json()["total"] == 0


async def test_a_failure_keeps_its_error_and_every_attempt(api: httpx.AsyncClient, a_job: Any, follow: str) -> None:
    policy = {"type": "FIXED", "max_retries": 1, "delay_ms": 0}
    job = await a_job(command="calculate", args={"expression": "1/0"}, retry_policy=policy)
    done = await settled(api, follow, (await api.post(f"/jobs/{job['id']}/run")).json())
    assert (done["state"], done["attempt"], done["max_attempts"]) == ("failed", 2, 2)
    assert [attempt["outcome"] for attempt in done["attempts"]] == ["failed", "failed"]
    assert "zero" in done["error"]
    levels = [line["level"] for line in (await api.get(f"/executions/{done['id']}/logs")).json()["items"]]
    assert levels == ["INFO", "WARN", "INFO", "ERROR"]


async def test_a_running_execution_is_cancelled_and_the_same_again_is_a_conflict(
    api: httpx.AsyncClient, a_job: Any, follow: str
) -> None:
    job = await a_job(command="sleep", args={"seconds": 600})
    execution = (await api.post(f"/jobs/{job['id']}/run")).json()
    assert (await api.post(f"/executions/{execution['id']}/cancel")).status_code == 200
    assert (await settled(api, follow, execution))["state"] == "cancelled"
    assert (await api.post(f"/executions/{execution['id']}/cancel")).status_code == 409
    again = await api.post(f"/executions/{execution['id']}/retry")
    assert again.status_code == 201
    await api.post(f"/executions/{again.json()['id']}/cancel")


async def test_an_attempt_that_takes_too_long_fails(api: httpx.AsyncClient, a_job: Any, follow: str) -> None:
    job = await a_job(command="sleep", args={"seconds": 600}, timeout_seconds=0.05)
    done = await settled(api, follow, (await api.post(f"/jobs/{job['id']}/run")).json())
    assert (done["state"], done["reason"], done["error"]) == ("failed", "timeout", "timed out after 0.05 s")


async def test_the_same_key_runs_a_job_once(api: httpx.AsyncClient, a_job: Any) -> None:
    job = await a_job()
    answers = await asyncio.gather(
        *[api.post(f"/jobs/{job['id']}/run", headers={"Idempotency-Key": "once"}) for _ in range(4)]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_paused_job_says_so(api: httpx.AsyncClient, a_job: Any) -> None:
    job = await a_job(schedule="every 30 seconds")
    path = f"/jobs/{job['id']}/status"
    paused = (await api.put(path, json={"status": "paused", "reason": "holiday"})).json()
    assert (paused["state"], paused["enabled"], paused["next_fire_at"], paused["paused_reason"]) == (
        *("paused", False, None),
        "holiday",
    )
    assert (await api.post(f"/jobs/{job['id']}/run")).status_code == 409
    assert (await api.put(path, json={"status": "active"})).json()["next_fire_at"]
    assert set(errors(await api.put(path, json={"status": "asleep"}))) == {"status"}


async def test_lists_are_paged(api: httpx.AsyncClient, a_job: Any) -> None:
    for number in range(3):
        await a_job(name=f"Paged {number}")
    page = (await api.get("/jobs?q=paged&size=2&page=1&sort=-name")).json()
    assert ([job["name"] for job in page["items"]], page["page"], page["size"], page["total"]) == (["Paged 0"], 1, 2, 3)


async def test_a_preview_says_what_a_schedule_means(api: httpx.AsyncClient) -> None:
    asked = {"schedule": "daily at 3 AM", "timezone": "Europe/Berlin", "from": "2026-10-24T12:00:00Z", "count": 2}
    told = (await api.post("/schedules/preview", json=asked)).json()
    assert told["next"] == ["2026-10-25T02:00:00Z", "2026-10-26T02:00:00Z"]
    assert (told["kind"], told["rule"], len(told["marks"])) == ("cron", "0 3 * * *", 2)
    assert set(errors(await api.post("/schedules/preview", json={"schedule": "x", "count": 2}))) == {"schedule"}
    assert set(errors(await api.post("/schedules/preview", json=asked | {"count": 0}))) == {"count"}
    past = await api.post("/schedules/preview", json={"schedule": "2020-01-01T00:00:00Z"})
    assert set(errors(past)) == {"schedule"}


async def test_every_documented_path_is_there(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        schema = (await client.get("/schema/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    assert {"/api/jobs", "/api/jobs/{job_id}/run", "/api/executions/{execution_id}/cancel", "/health/ready"} <= set(
        schema["paths"]
    )


async def test_another_sites_page_may_change_nothing(api: httpx.AsyncClient) -> None:
    answer = await api.post(
        "/schedules/preview", json={"schedule": "manual"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    errors(answer)
