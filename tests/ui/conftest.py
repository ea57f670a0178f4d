"""A browser on the real server; a test fails when the page's console complains."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from browser import FLAGS, find

WAIT_MS = 10_000
Json = dict[str, Any]


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        flags = [flag for flag in FLAGS if flag != "--headless"]
        browser = await play.chromium.launch(executable_path=str(find()), args=flags)
        yield browser
        await browser.close()


@pytest.fixture
async def complaints() -> AsyncIterator[list[str]]:
    """What the console says of errors; a test that expects some clears the list."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
async def window(chromium: Browser, address: str, complaints: list[str]) -> AsyncIterator[Callable[..., object]]:
    """Opens windows on the server: `await window(width=375, color_scheme="dark")`."""
    contexts: list[BrowserContext] = []

    async def opened(width: int = 1440, height: int = 900, **options: object) -> Page:
        context = await chromium.new_context(
            base_url=address, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        await context.close()


@pytest.fixture
async def page(window: Callable[..., object]) -> Page:
    return await window()


@pytest.fixture
async def api(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{address}/api", event_hooks={"response": [_raise]}) as client:
        yield client


async def _raise(response: httpx.Response) -> None:
    response.raise_for_status()


@pytest.fixture
async def a_job(api: httpx.AsyncClient) -> AsyncIterator[Callable[..., object]]:
    """Makes jobs that are gone after the test: `await a_job(name="Nightly", schedule="daily at 2 AM")`."""
    made: list[str] = []

    async def job(**fields: object) -> Json:
        asked = {"name": "A job", "schedule": "manual", "command": "echo", "args": {"message": "hello"}, **fields}
        created = (await api.post("/jobs", json=asked)).json()
        made.append(created["id"])
        return created

    yield job
    left = [job["id"] for job in (await api.get("/jobs?size=200")).json()["items"]]
    for job_id in set(made) & set(left):
        await api.delete(f"/jobs/{job_id}?force=true")


@pytest.fixture
async def run(api: httpx.AsyncClient) -> Callable[..., object]:
    """Runs a job now, paused or not: `await run(job)` is the execution."""

    async def started(job: Json) -> Json:
        return (await api.post(f"/jobs/{job['id']}/run", json={"force": True})).json()

    return started
