"""What every screen keeps to."""

import httpx
import pytest
from playwright.async_api import Page, expect

SCREENS = ("/", "/executions", "/system", "/new")


@pytest.mark.parametrize("path", SCREENS)
async def test_nothing_scrolls_sideways_on_a_telephone(window, path: str) -> None:
    page = await window(width=375, height=760)
    await page.goto(path)
    await expect(page.locator(".panel, .notice").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 375


async def test_the_theme_follows_the_system_and_can_be_switched(window) -> None:
    page = await window(color_scheme="dark")
    await page.goto("/")
    await expect(page.locator("html.dark")).to_be_attached()
    await page.get_by_role("button", name="Theme").click()
    await page.get_by_role("menuitem", name="Light").click()
    await expect(page.locator("html.light")).to_be_attached()


async def test_a_page_that_is_none_is_a_404(page: Page, complaints: list[str]) -> None:
    answer = await page.goto("/no-such-page")
    assert answer is not None and answer.status == 404
    await expect(page.get_by_text("There is no such page.")).to_be_visible()
    complaints.clear()


async def test_a_job_that_is_none_says_so(page: Page) -> None:
    await page.goto("/jobs/no-such-job")
    await expect(page.get_by_text("Nothing here")).to_be_visible()


async def test_no_request_leaves_for_another_host(page: Page, address: str) -> None:
    elsewhere: list[str] = []
    page.on("request", lambda each: None if each.url.startswith((address, "data:")) else elsewhere.append(each.url))
    for path in SCREENS:
        await page.goto(path)
        await expect(page.locator(".panel, .notice").first).to_be_visible()
    await page.goto("/schema")
    await expect(page.locator(".opblock").first).to_be_visible()
    await expect(page.get_by_text("/api/jobs/{job_id}/run")).to_be_visible()
    assert elsewhere == []


def test_another_sites_page_gets_no_event_socket(address: str) -> None:
    foreign = {"Origin": "https://elsewhere.example", "Connection": "Upgrade", "Upgrade": "websocket"}
    handshake = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    url = f"{address}/_event/?EIO=4&transport=websocket"
    assert httpx.get(url, headers=foreign | handshake).status_code == 403


def test_hashed_files_are_kept_and_the_shell_is_asked_for(address: str) -> None:
    shell = httpx.get(f"{address}/")
    assert shell.headers["Cache-Control"] == "no-cache"
    script = shell.text.split('rel="modulepreload" href="', 1)[1].split('"', 1)[0]
    kept = httpx.get(f"{address}{script}")
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.headers["Content-Encoding"] == "gzip"


async def test_a_worker_is_drained_and_takes_work_again(page: Page) -> None:
    await page.goto("/system")
    row = page.locator("table.workers tbody tr", has_text="worker-4")
    await row.get_by_role("button", name="Drain").click()
    await expect(row).to_contain_text("draining")
    await row.get_by_role("button", name="Resume").click()
    await expect(row).to_contain_text("online")


async def test_every_tab_says_what_it_is(page: Page) -> None:
    await page.goto("/")
    for name, title in (("Executions", "Executions · Belfry"), ("System Status", "System Status · Belfry")):
        await page.get_by_role("navigation", name="Screens").get_by_role("link", name=name).click()
        await expect(page).to_have_title(title)
