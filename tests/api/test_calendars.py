"""Calendars over REST, as a script meets them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

PROBLEM = "application/problem+json"
Json = dict[str, Any]
HOURS = {"days": ["mon", "fri"], "from": "09:00", "to": "17:00"}
WHOLE: Json = {
    "id": "bavaria",
    "name": "Bavaria",
    "description": "with a break",
    "holidays": [{"country": "DE", "subdivision": "BY", "categories": ["public"]}],
    "dates": [{"date": "2027-12-24", "to": "2028-01-02", "yearly": True, "name": "Break"}],
    "weekly": [HOURS],
    "blackouts": [{"from": "2027-06-01T00:00:00+02:00", "to": "2027-06-02T00:00:00+02:00", "name": "Move"}],
    "icalendar": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270607\nSUMMARY:Outing\nEND:VEVENT\nEND:VCALENDAR\n",
}


def errors(answer: httpx.Response) -> dict[str, str]:
    assert answer.headers["content-type"] == PROBLEM, answer.text
    assert answer.json()["status"] == answer.status_code
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


@pytest.fixture
async def a_calendar(api: httpx.AsyncClient) -> AsyncIterator[Callable[..., Any]]:
    """Makes calendars that are gone after the test."""
    made: list[str] = []

    async def calendar(**fields: Any) -> Json:
        answer = await api.post("/calendars", json={"name": "A calendar"} | fields)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
        assert answer.headers["location"] == f"/api/calendars/{made[-1]}"
        return answer.json()

    yield calendar
    for calendar_id in made:
        await api.delete(f"/calendars/{calendar_id}")


async def test_a_calendar_reads_as_it_was_written(api: httpx.AsyncClient, a_calendar: Any) -> None:
    made = await a_calendar(**WHOLE)
    answer = await api.get("/calendars/bavaria")
    assert answer.json() == made
    assert answer.headers["etag"] == '"1"'
    assert {name: made[name] for name in WHOLE} == WHOLE
    assert (made["version"], made["jobs"]) == (1, 0)


@pytest.mark.parametrize(
    ("change", "field", "hint"),
    [
        ({"name": ""}, "name", "empty"),
        ({"id": "countries"}, "id", "reserved"),
        ({"colour": "red"}, "colour", "leave it out"),
        ({"holidays": [{"country": "Germny"}]}, "holidays[0].country", "'DE' (Germany)"),
        ({"holidays": [{}]}, "holidays[0].country", "required"),
        ({"holidays": [{"country": "DE", "categories": ["publick"]}]}, "holidays[0].categories[0]", "'public'"),
        ({"dates": [{"date": "2027-02-30"}]}, "dates[0].date", "2027-12-24"),
        ({"weekly": [HOURS, HOURS | {"from": "9"}]}, "weekly[1].from", "09:00"),
        ({"weekly": [{"days": ["mon"], "to": "17:00"}]}, "weekly[0].from", "required"),
        ({"blackouts": [{"from": "2027-01-01T00:00:00", "to": "2027-01-02T00:00:00Z"}]}, "blackouts[0].from", "offset"),
        ({"blackouts": [{"from": "soon", "to": "2027-01-02T00:00:00Z"}]}, "blackouts[0].from", ""),
        ({"icalendar": "hello"}, "icalendar", "line 1"),
        ({"icalendar": "x" * 600_000}, "icalendar", "600,000 bytes"),
    ],
)
async def test_what_is_wrong_is_refused_at_its_field(
    api: httpx.AsyncClient, change: Json, field: str, hint: str
) -> None:
    answer = await api.post("/calendars", json={"name": "Wrong"} | change)
    assert answer.status_code == 422, answer.text
    assert hint in errors(answer)[field]
    assert (await api.get("/calendars?q=Wrong")).json()["total"] == 0


async def test_an_id_that_is_taken_is_a_conflict(api: httpx.AsyncClient, a_calendar: Any) -> None:
    await a_calendar(id="taken")
    answer = await api.post("/calendars", json={"id": "taken", "name": "Another"})
    assert answer.status_code == 409
    errors(answer)


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/calendars/ghost", 404, None),
        ("/calendars/ghost/days?from=2027-01-01&to=2027-01-02", 404, None),
        ("/calendars?size=0", 422, "size"),
        ("/calendars?query=x", 422, "query"),
        ("/calendars/here/days?from=2027-01-01", 422, "to"),
        ("/calendars/here/days?from=2027-02-30&to=2027-03-01", 422, "from"),
        ("/calendars/here/days?from=2027-01-02&to=2027-01-01", 422, "to"),
        ("/calendars/here/days?from=2027-01-01&to=2028-01-02", 422, "to"),
        ("/calendars/here/days?from=0001-01-01&to=0001-01-02", 422, "from"),
        ("/calendars/here/days?from=2027-01-01&to=2027-01-02&timezone=Europe/Berln", 422, "timezone"),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_with_a_problem(
    api: httpx.AsyncClient, a_calendar: Any, path: str, status: int, field: str | None
) -> None:
    await a_calendar(id="here")
    answer = await api.get(path)
    assert answer.status_code == status, answer.text
    assert field is None or field in errors(answer)


async def test_a_patch_changes_only_what_it_names(api: httpx.AsyncClient, a_calendar: Any) -> None:
    await a_calendar(**WHOLE)
    answer = await api.patch(
        "/calendars/bavaria", json={"description": None, "weekly": [HOURS, HOURS | {"to": "18:00"}]}
    )
    changed = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert (changed["description"], len(changed["weekly"]), changed["version"]) == ("", 2, 2)
    same = ("name", "holidays", "dates", "blackouts", "icalendar")
    assert {name: changed[name] for name in same} == {name: WHOLE[name] for name in same}
    assert set(errors(await api.patch("/calendars/bavaria", json={"name": None}))) == {"name"}
    assert set(errors(await api.patch("/calendars/bavaria", json={"id": "other"}))) == {"id"}


async def test_a_put_replaces_the_whole(api: httpx.AsyncClient, a_calendar: Any) -> None:
    await a_calendar(**WHOLE)
    changed = (await api.put("/calendars/bavaria", json={"name": "New"})).json()
    assert (changed["name"], changed["holidays"], changed["icalendar"], changed["version"]) == ("New", [], None, 2)


async def test_an_edit_is_guarded_by_the_version_it_began_from(api: httpx.AsyncClient, a_calendar: Any) -> None:
    path, change = f"/calendars/{(await a_calendar())['id']}", {"description": "mine"}
    assert (await api.patch(path, json=change, headers={"If-Match": '"1"'})).status_code == 200
    assert (await api.patch(path, json=change, headers={"If-Match": '"1"'})).status_code == 412
    assert (await api.put(path, json={"name": "x"}, headers={"If-Match": '"1"'})).status_code == 412
    assert set(errors(await api.patch(path, json=change, headers={"If-Match": "soon"}))) == {"If-Match"}


async def test_a_deleted_calendar_is_gone(api: httpx.AsyncClient, a_calendar: Any) -> None:
    path = f"/calendars/{(await a_calendar())['id']}"
    assert (await api.delete(path)).status_code == 204
    assert (await api.delete(path)).status_code == 404
    assert (await api.get(path)).status_code == 404


async def test_a_list_is_paged_and_leaves_the_files_out(api: httpx.AsyncClient, a_calendar: Any) -> None:
    await a_calendar(**WHOLE)
    for number in range(3):
        await a_calendar(name=f"Paged {number}")
    page = (await api.get("/calendars?q=paged&size=2&page=1")).json()
    assert ([each["name"] for each in page["items"]], page["total"]) == (["Paged 2"], 3)
    (entry,) = (await api.get("/calendars?q=bavaria")).json()["items"]
    assert entry["has_icalendar"] is True
    assert "icalendar" not in entry
    assert (entry["holidays"], entry["weekly"]) == (WHOLE["holidays"], WHOLE["weekly"])


async def test_the_days_say_what_covers_them_and_whether_business_is_done(
    api: httpx.AsyncClient, a_calendar: Any
) -> None:
    await a_calendar(**WHOLE)
    path = "/calendars/bavaria/days?timezone=europe/berlin"
    told = (await api.get(f"{path}&from=2027-05-31&to=2027-06-07")).json()
    assert told == [
        {"date": "2027-05-31", "name": None, "business_day": True},
        {"date": "2027-06-01", "name": "Move", "business_day": False},
        *[{"date": f"2027-06-0{day}", "name": None, "business_day": True} for day in (2, 3, 4)],
        *[{"date": f"2027-06-0{day}", "name": None, "business_day": False} for day in (5, 6)],
        {"date": "2027-06-07", "name": "Outing", "business_day": False},
    ]
    utc = (await api.get("/calendars/bavaria/days?from=2027-06-01&to=2027-06-01")).json()
    assert utc == [{"date": "2027-06-01", "name": None, "business_day": True}]
    year = (await api.get(f"{path}&from=2027-01-01&to=2027-12-31")).json()
    assert sum(day["name"] == "Corpus Christi" for day in year) == 1
    assert len((await api.get(f"{path}&from=2028-01-01&to=2028-12-31")).json()) == 366


async def test_the_countries_are_listed_with_their_parts(api: httpx.AsyncClient) -> None:
    countries = {country["code"]: country for country in (await api.get("/calendars/countries")).json()}
    assert countries["DE"]["name"] == "Germany"
    assert {"code": "BY", "name": "Bayern"} in countries["DE"]["subdivisions"]
    assert countries["DE"]["categories"] == ["catholic", "public", "school"]
    assert len(countries) > 200


async def test_the_live_feed_tells_of_calendars(api: httpx.AsyncClient, a_calendar: Any, follow: str) -> None:
    async with asyncio.timeout(20), connect(f"{follow}?topics=calendars") as feed:
        calendar = await a_calendar()
        await api.patch(f"/calendars/{calendar['id']}", json={"name": "Another"})
        await api.delete(f"/calendars/{calendar['id']}")
        told = [json.loads(await feed.recv()) for _ in range(3)]
    assert [event["type"] for event in told] == ["calendar.created", "calendar.updated", "calendar.deleted"]
    assert {event["data"]["calendar_id"] for event in told} == {calendar["id"]}


async def test_the_documentation_names_fields_as_they_are_written(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        schema = (await client.get("/schema/openapi.json")).json()
    assert {"/api/calendars", "/api/calendars/{calendar_id}/days", "/api/calendars/countries"} <= set(schema["paths"])
    for operation in (
        schema["paths"]["/api/calendars"]["post"],
        schema["paths"]["/api/calendars/{calendar_id}"]["put"],
    ):
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = schema["components"]["schemas"][reference.rpartition("/")[2]]
        weekly = schema["components"]["schemas"][body["properties"]["weekly"]["items"]["$ref"].rpartition("/")[2]]
        assert set(weekly["properties"]) == {"days", "from", "to"}
