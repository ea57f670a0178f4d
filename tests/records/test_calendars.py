"""Calendars: making, editing and deleting them, and what is refused."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from belfry.ground.errors import Conflict, Invalid, NotFound, VersionConflict
from belfry.records import calendars, db
from belfry.rules.calendars import Calendar, DateEntry
from factories import a_job, events

SECOND = timedelta(seconds=1)
WHOLE: dict[str, Any] = {
    "id": "bavaria",
    "name": "Bavaria",
    "description": "with a break",
    "holidays": [{"country": "DE", "subdivision": "BY", "categories": ["public", "catholic"]}],
    "dates": [{"date": "2027-12-24", "to": "2028-01-02", "yearly": True, "name": "Break"}],
    "weekly": [{"days": ["sat", "sun"], "from": "00:00", "to": "24:00"}],
    "blackouts": [{"from": "2027-06-01T00:00:00+02:00", "to": "2027-06-02T00:00:00+02:00", "name": "Move"}],
    "icalendar": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20270607\r\nSUMMARY:Ä\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
}
pytestmark = pytest.mark.usefixtures("database")


async def a_calendar(**fields: Any) -> str:
    return await calendars.create(msgspec.convert({"name": "A calendar"} | fields, Calendar), await db.now())


async def use(job_id: str, calendar_id: str) -> None:
    await db.pool().execute("update jobs set calendar = $2 where id = $1", job_id, calendar_id)


def renamed(name: str):
    return lambda calendar: msgspec.structs.replace(calendar, name=name)


async def test_a_calendar_reads_as_it_was_written() -> None:
    now = await db.now()
    asked = msgspec.convert(WHOLE, Calendar)
    assert await calendars.create(asked, now) == "bavaria"
    row = await calendars.find("bavaria")
    assert calendars.definition_of(row) == asked
    assert (row["version"], row["jobs"], row["created_at"], row["updated_at"]) == (1, 0, now, now)


async def test_an_id_is_made_from_the_name_and_is_never_taken_twice() -> None:
    named = ["Public  Holidays!", "Public holidays", "祝日", "祝日", "Countries"]
    assert [await a_calendar(name=name) for name in named] == [
        *("public-holidays", "public-holidays-2", "calendar", "calendar-2"),
        "countries-calendar",
    ]


async def test_no_error_of_a_race_is_anything_but_a_sentence() -> None:
    outcomes = await asyncio.gather(*[a_calendar(id="same") for _ in range(8)], return_exceptions=True)
    assert sum(outcome == "same" for outcome in outcomes) == 1
    assert all(outcome == "same" or isinstance(outcome, Conflict) for outcome in outcomes)
    assert await events("calendar") == ["calendar.created"]


async def test_what_makes_no_sense_is_not_kept() -> None:
    with pytest.raises(Invalid, match=r"holidays\[0\]\.country"):
        await a_calendar(holidays=[{"country": "XX"}])
    assert await calendars.page("", 0, 20) == ([], 0)
    assert await events("calendar") == []


async def test_an_edit_makes_the_next_version() -> None:
    calendar_id = await a_calendar(dates=[{"date": "2027-12-24"}])
    later = await db.now() + SECOND
    await calendars.edit(calendar_id, renamed("Another"), later, version=1)
    row = await calendars.find(calendar_id)
    assert (row["name"], row["version"], row["updated_at"]) == ("Another", 2, later)
    assert [entry.date for entry in calendars.definition_of(row).dates] == ["2027-12-24"]
    assert await events("calendar") == ["calendar.created", "calendar.updated"]
    told = await db.pool().fetch("select job_id, data ->> 'calendar_id' as calendar_id from events")
    assert {(row["job_id"], row["calendar_id"]) for row in told} == {(None, calendar_id)}


async def test_an_edit_from_an_old_version_is_refused() -> None:
    calendar_id = await a_calendar()
    await calendars.edit(calendar_id, renamed("Second"), await db.now())
    with pytest.raises(VersionConflict, match=r"The calendar 'a-calendar' is at version 2 now"):
        await calendars.edit(calendar_id, renamed("Third"), await db.now(), version=1)
    assert (await calendars.find(calendar_id))["name"] == "Second"


async def test_two_edits_at_once_both_count() -> None:
    calendar_id = await a_calendar()

    def adding(day: int):
        def change(calendar: Calendar) -> Calendar:
            return msgspec.structs.replace(calendar, dates=(*calendar.dates, DateEntry(date=f"2027-01-0{day}")))

        return change

    await asyncio.gather(*[calendars.edit(calendar_id, adding(day), await db.now()) for day in range(1, 6)])
    row = await calendars.find(calendar_id)
    assert sorted(entry.date[-1] for entry in calendars.definition_of(row).dates) == list("12345")
    assert row["version"] == 6


async def test_an_edit_can_neither_rename_a_calendar_nor_break_it() -> None:
    calendar_id = await a_calendar()
    with pytest.raises(Invalid, match="cannot be changed"):
        await calendars.edit(
            calendar_id, lambda calendar: msgspec.structs.replace(calendar, id="another"), await db.now()
        )
    with pytest.raises(Invalid, match="name"):
        await calendars.edit(calendar_id, renamed(" "), await db.now())
    assert (await calendars.find(calendar_id))["version"] == 1


async def test_a_calendar_that_jobs_use_stays() -> None:
    now = await db.now()
    calendar_id = await a_calendar()
    for number in range(7):
        await use(await a_job(now, id=f"job-{number}"), calendar_id)
    assert (await calendars.find(calendar_id))["jobs"] == 7
    with pytest.raises(Conflict, match=r"Jobs use the calendar 'a-calendar': job-0, .*, job-4 and 2 more\."):
        await calendars.delete(calendar_id, now)
    await db.pool().execute("update jobs set calendar = null")
    await calendars.delete(calendar_id, now)
    assert await events("calendar") == ["calendar.created", "calendar.deleted"]
    with pytest.raises(NotFound):
        await calendars.find(calendar_id)


async def test_no_job_keeps_a_calendar_that_is_deleted_meanwhile() -> None:
    now = await db.now()
    job_id = await a_job(now)
    for turn in range(10):
        await a_calendar(id=f"raced-{turn}")
        outcomes = await asyncio.gather(
            use(job_id, f"raced-{turn}"), calendars.delete(f"raced-{turn}", now), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if outcome is not None]
        assert len(refused) == 1
        assert isinstance(refused[0], Conflict | asyncpg.ForeignKeyViolationError)


async def test_what_is_not_there_is_told_so() -> None:
    now = await db.now()
    for asked in (
        calendars.find("ghost"),
        calendars.delete("ghost", now),
        calendars.edit("ghost", renamed("x"), now),
    ):
        with pytest.raises(NotFound, match="There is no calendar 'ghost'"):
            await asked


async def test_a_page_is_searched_ordered_and_counted_and_leaves_the_files_out() -> None:
    now = await db.now()
    await calendars.create(msgspec.convert(WHOLE, Calendar), now)
    for number in range(3):
        await a_calendar(id=f"c-{number}", name=f"plan {number}")
    await a_calendar(id="special", name="100% _real_")
    await use(await a_job(now), "c-1")
    for q, number, size, expected, total in (
        ("", 0, 20, ["special", "bavaria", "c-0", "c-1", "c-2"], 5),
        ("", 1, 2, ["c-0", "c-1"], 5),
        ("", 9, 2, [], 5),
        ("PLAN", 0, 20, ["c-0", "c-1", "c-2"], 3),
        ("0% _", 0, 20, ["special"], 1),
        ("break", 0, 20, ["bavaria"], 1),
    ):
        rows, found = await calendars.page(q, number, size)
        assert ([row["id"] for row in rows], found) == (expected, total)
    rows = {row["id"]: row for row in (await calendars.page("", 0, 20))[0]}
    assert [(rows[one]["jobs"], rows[one]["has_icalendar"]) for one in ("bavaria", "c-1")] == [(0, True), (1, False)]
    assert calendars.definition_of(rows["bavaria"]) == msgspec.convert(WHOLE | {"icalendar": None}, Calendar)


async def test_a_job_begins_without_a_calendar() -> None:
    job_id = await a_job(await db.now())
    row = await db.pool().fetchrow("select * from jobs where id = $1", job_id)
    assert (row["calendar"], row["calendar_use"], row["calendar_shift"]) == (None, "never", "skip")


async def test_a_change_that_was_taken_back_is_forgotten() -> None:
    now = await db.now()
    await calendars.create(Calendar(id="off", name="Off"), now)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            await calendars.edit("off", lambda was: msgspec.structs.replace(was, name="Never"), now + SECOND)
            assert (await calendars.known(["off"]))["off"].name == "Never"
            raise ZeroDivisionError
    await calendars.edit("off", lambda was: msgspec.structs.replace(was, name="Other"), now + 2 * SECOND)
    assert (await calendars.known(["off"]))["off"].name == "Other"
