"""Why: on the page of an execution, of a job, and in the form that keeps what it does not show."""

from collections.abc import Callable
from typing import Any

import httpx
from playwright.async_api import Page, expect


async def test_a_queued_execution_says_what_it_stops_at(
    page: Page, api: httpx.AsyncClient, a_job: Callable[..., Any]
) -> None:
    job = await a_job(labels={"gpu": "yes"})
    execution = (await api.post(f"/jobs/{job['id']}/run")).json()
    await page.goto(f"/executions/{execution['id']}")
    await expect(page.get_by_text("none has the labels gpu=yes").first).to_be_visible()
    await expect(page.locator(".gates .gate")).to_have_count(3)
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("none has the labels gpu=yes")).to_have_count(0)


async def test_a_job_shows_what_did_not_run_and_leads_to_the_reason(
    page: Page, api: httpx.AsyncClient, a_job: Callable[..., Any]
) -> None:
    job = await a_job(schedule="every second", command="sleep", args={"seconds": 60})
    await page.goto(f"/jobs/{job['id']}")
    await page.get_by_role("link", name="the one before still ran").first.click()
    await expect(page.get_by_text("of this job still lived").first).to_be_visible()


async def test_an_edit_keeps_limits_and_calendar_and_offers_to_change_them(
    page: Page, api: httpx.AsyncClient, a_job: Callable[..., Any]
) -> None:
    await api.post("/calendars", json={"id": "off", "name": "Days off", "dates": [{"date": "2030-01-01"}]})
    given = {"misfire_limit": 7, "max_runs": 9, "jitter_seconds": 30, "dst_gap": "skip", "dst_overlap": "both"}
    kept = {"calendar": "off", "calendar_use": "only", "start_at": "2027-01-01T00:00:00Z"}
    job = await a_job(schedule="daily at 3 am", **given, **kept)
    await page.goto(f"/jobs/{job['id']}/edit")
    await page.get_by_label("Overlap").select_option("queue")
    await page.get_by_label("Runs", exact=True).fill("10")
    await page.get_by_role("button", name="Save job").click()
    await page.wait_for_url(f"**/jobs/{job['id']}")
    saved = (await api.get(f"/jobs/{job['id']}")).json()
    assert {name: saved[name] for name in given | kept} == given | kept | {"max_runs": 10}
    assert saved["overlap"] == "queue"
    await expect(page.get_by_text("It only runs inside the calendar off")).to_be_visible()
