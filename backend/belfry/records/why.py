"""Why something ran, did not run, or has not run yet: the facts behind the gates."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from belfry.ground.errors import Invalid, NotFound
from belfry.records import db, history, jobs, timings, workers
from belfry.rules import gates
from belfry.rules.definition import Definition
from belfry.rules.gates import Dependency, Gate, Needs, Seat, Why, shown, spoken
from belfry.rules.timing import Timing

COUNTED = 10_000
"""The position in the queue is counted no further."""

_TICK = timedelta(microseconds=1)
_LIVE = ("waiting", "queued", "assigned", "running")


async def execution(execution_id: int, now: datetime) -> Why:
    """The gates of one execution; NotFound."""
    row = await history.find(execution_id)
    if row["state"] == "skipped":
        return await _skipped(row, row["due_at"])
    if row["state"] == "waiting":
        return await _waiting(row, now)
    if row["state"] == "queued":
        return await _queued(row, now)
    return _begun(row, now)


async def job(job_id: str, at: datetime | None, now: datetime) -> Why:
    """What became of a job's instant, or will; without one, what its next fire depends on. NotFound.

    An instant without an offset is in the job's zone.
    """
    row = await jobs.find(job_id)
    when = await timings.of(row)
    if at is None:
        return await _standing(row, when, now)
    at = when.schedule.instant(at)
    record = await db.fetch_one("record_at", job_id, at)
    if record and (record["due_at"] == at or (record["state"] == "skipped" and await _was_named(row, at))):
        found = await history.find(record["id"])
        return await _skipped(found, at) if found["state"] == "skipped" else await execution(record["id"], now)
    if at > now:
        return await _foreseen(row, when, at)
    return await _unrecorded(row, at)


async def _was_named(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether the job's schedule, as it was then, names the instant; one that cannot be read any more may have."""
    then = await _timing_then(row, at)
    return then is None or then[1].next_fire(at - _TICK) == at


async def _timing_then(row: Mapping[str, Any], at: datetime) -> tuple[int, Timing] | None:
    """The version in force then, and when it fired; None when there was none or it cannot be read any more."""
    version = await db.fetch_one("version_at", row["id"], at)
    if version is None:
        return None
    definition = msgspec.json.decode(version["definition"], type=Definition)
    try:
        when = await timings.understood(definition, row["id"], row["created_at"], version["created_at"])
    except Invalid:
        return None
    return version["version"], when


async def _skipped(row: Mapping[str, Any], due_at: datetime) -> Why:
    reason = row["reason"]
    data: dict[str, Any] = {
        "at": due_at,
        "first": row["due_at"],
        "last": row["last_due_at"],
        "count": row["skipped_count"],
    }
    text = reason
    if reason == "overlap":
        older = await db.fetch_one("living_then", row["job_id"], due_at)
        was = f"execution {older['id']} of this job still lived" if older else "an execution before it still lived"
        text, data["execution_id"] = f"{was}, and the policy skips a fire then", older and older["id"]
    elif reason == "misfire":
        text = (
            f"found only at {shown(row['finished_at'])}, {spoken((row['finished_at'] - due_at).total_seconds())} late"
        )
    elif reason == "paused":
        text = "the job was paused"
    elif reason == "calendar":
        kept = await _calendar_says(row["job_id"], due_at)
        text = f"its calendar keeps it from running then: {kept}" if kept else "its calendar kept it from running then"
    many = (
        f", like {row['skipped_count'] - 1} more until {shown(row['last_due_at'])}"
        if (row["skipped_count"] or 1) > 1
        else ""
    )
    gate = Gate(
        (reason or "").split(" ")[0],
        False,
        f"skipped at {shown(due_at)}: {text}{many} (version {row['job_version']})",
        data,
    )
    return gates.answer([gate], "", execution_id=row["id"])


async def _calendar_says(job_id: str, at: datetime) -> str | None:
    """What the job's calendar, as it is now, has against the instant."""
    try:
        return (await timings.of(await jobs.find(job_id))).excluded(at)
    except (Invalid, NotFound):
        return None


async def _waiting(row: Mapping[str, Any], now: datetime) -> Why:
    needed = [
        Dependency(found["job_id"], found["state"], found["id"], found["since"])
        for found in await db.fetch("judged_dependencies", row["job_id"], row["due_at"])
    ]
    found = gates.of_dependencies(needed)
    if row["reason"] == "overlap":
        older = await db.fetch("older_executions", row["job_id"], row["id"])
        found += [gates.of_overlap(one["id"], one["state"], one["since"]) for one in older]
    return gates.answer(found, "nothing holds it any more: it is queued in a moment", execution_id=row["id"])


async def _queued(row: Mapping[str, Any], now: datetime) -> Why:
    put_off = "retry due" if row["reason"] == "retry" else "put off, due"
    found = [gates.of_time(row["ready_at"], now, put_off)]
    ahead = (await db.fetch("queued_ahead", row["id"], now, COUNTED))[0]["ahead"]
    needs = Needs(row["command"], msgspec.json.decode(row["labels"], type=dict[str, str]), ahead)
    found += gates.of_workers(needs, await _seats(now))
    shut = [gate.name for gate in found if not gate.open]
    expected = row["ready_at"] if shut == ["time"] else None
    return gates.answer(
        found, "nothing holds it: a worker is given it in a moment", expected_start_at=expected, execution_id=row["id"]
    )


async def _seats(now: datetime) -> list[Seat]:
    return [
        Seat(
            worker["id"],
            worker["state"],
            worker["capacity"],
            worker["running"],
            frozenset(worker["commands"]),
            msgspec.json.decode(worker["labels"], type=dict[str, str]),
        )
        for worker in await workers.listing()
        if worker["state"] != "offline"
    ]


def _begun(row: Mapping[str, Any], now: datetime) -> Why:
    """An execution that a worker has, or that is over."""
    began = f", begun {shown(row['started_at'])}" if row["started_at"] else ""
    who = f"on {row['worker_id']}" if row["worker_id"] else "before any worker had it"
    number = f"attempt {row['attempt']} of {row['max_attempts']}"
    if row["state"] in _LIVE:
        asked = "; it is asked to stop" if row["cancel_requested"] else ""
        text = f"{row['state']} {who}, {number}{began}{asked}"
    else:
        because = row["reason"] or row["error"]
        text = f"{row['state']} {who}{began}, ended {shown(row['finished_at'])}" + (f": {because}" if because else "")
    data = {"state": row["state"], "worker_id": row["worker_id"], "attempt": row["attempt"], "reason": row["reason"]}
    late = _late(row)
    fired = Gate("fire", True, f"fired for {shown(row['due_at'])} by {row['trigger']}{late}", {"due_at": row["due_at"]})
    return Why(text[0].upper() + text[1:], [fired, Gate("run", True, text, data)], execution_id=row["id"])


def _late(row: Mapping[str, Any]) -> str:
    missed = f", standing for {row['stands_for']} missed instants" if row["stands_for"] else ""
    jitter = f", put off by {row['jitter_seconds']:g} s of jitter" if row["jitter_seconds"] else ""
    return missed + jitter


async def _standing(row: Mapping[str, Any], when: Timing, now: datetime) -> Why:
    """What the next fire of a job depends on."""
    found = _of_state(row)
    following = row["next_fire_at"] if row["state"] == "active" else None
    if following is None:
        return gates.answer(found, "it runs by hand, or when its dependencies have succeeded")
    found.append(_of_calendar(when, following))
    older = await db.fetch("older_executions", row["id"], 2**63 - 1)
    if older and row["overlap"] == "skip":
        found.append(
            Gate(
                "overlap",
                True,
                f"execution {older[0]['id']} is {older[0]['state']}: should it still be so then, this fire is skipped",
            )
        )
    left = spoken((following - now).total_seconds())
    return gates.answer(found, f"fires next at {shown(following)}, in {left}", expected_start_at=following)


def _of_state(row: Mapping[str, Any]) -> list[Gate]:
    state, reason = row["state"], row["paused_reason"]
    data = {"state": state, "reason": reason, "resume_at": row["resume_at"]}
    if state == "active":
        return [Gate("state", True, "the job is active", data)]
    if state == "completed":
        runs = f" after {row['runs']} runs" if row["max_runs"] and row["runs"] >= row["max_runs"] else ""
        return [Gate("state", False, f"the job is completed{runs}: no instant is left", data)]
    until = f" until {shown(row['resume_at'])}" if row["resume_at"] else ""
    return [Gate("state", False, f"the job is paused{until}" + (f": {reason}" if reason else ""), data)]


def _of_calendar(when: Timing, instant: datetime) -> Gate:
    excluded = when.excluded(instant)
    text = f"{shown(instant)} is kept free: {excluded}" if excluded else "no calendar keeps it from running"
    return Gate("calendar", not excluded, text, {"at": instant, "reason": excluded})


async def _foreseen(row: Mapping[str, Any], when: Timing, at: datetime) -> Why:
    """What will become of an instant to come, as things stand."""
    found = [_of_schedule(when, at, row["version"])]
    if found[0].open:
        goes_on = row["state"] == "paused" and row["resume_at"] is not None and row["resume_at"] <= at
        state = {**row, "state": "active"} if goes_on else row
        found += [*_of_state(state), *_of_limit(row, when, at), _of_calendar(when, at)]
    ready = all(gate.open for gate in found)
    return gates.answer(found, f"it will fire at {shown(at)}", expected_start_at=at if ready else None)


def _of_limit(row: Mapping[str, Any], when: Timing, at: datetime) -> list[Gate]:
    """Whether the job may still run so often: none of the instants before this one being skipped."""
    if row["max_runs"] is None or row["next_fire_at"] is None:
        return []
    left = row["max_runs"] - row["runs"]
    before = when.count_between(row["next_fire_at"] - _TICK, at - _TICK)
    text = f"{left} of {row['max_runs']} runs are left, and {before} instants come before this one"
    return [Gate("limit", before < left, text, {"max_runs": row["max_runs"], "left": left, "before": before})]


async def _unrecorded(row: Mapping[str, Any], at: datetime) -> Why:
    """Why there is no record of an instant that is over."""
    version = await db.fetch_one("version_at", row["id"], at)
    if version is None:
        text = f"there was no such job then: it was made at {shown(row['created_at'])}"
        return gates.answer([Gate("created", False, text, {"created_at": row["created_at"]})], "")
    then = await _timing_then(row, at)
    if then is None:
        text = f"the schedule of version {version['version']} cannot be read any more"
        return gates.answer([Gate("schedule", False, text, {"version": version["version"]})], "")
    found = [_of_schedule(then[1], at, then[0])]
    if found[0].open:
        over = row["state"] == "completed" and (row["accounted_until"] is None or at > row["accounted_until"])
        text = "it is due, and nothing is recorded of it (yet, or no longer)"
        found += [gate for gate in _of_state(row) if over] or [Gate("record", False, text, {})]
    return gates.answer(found, "")


def _of_schedule(when: Timing, at: datetime, version: int) -> Gate:
    """Whether the schedule names the instant."""
    following, before = when.next_fire(at), when.last_fire(at - timedelta(days=366), at - _TICK)
    named = when.next_fire(at - _TICK) == at
    near = [
        f"{word} is {shown(instant)}"
        for word, instant in (("the one before", before), ("the next", following))
        if instant
    ]
    text = f"version {version} ({when.schedule.description}) names " + (
        "this instant" if named else f"no instant at {shown(at)}"
    )
    if not named and near:
        text += f"; {', '.join(near)}"
    return Gate("schedule", named, text, {"version": version, "before": before, "after": following})
