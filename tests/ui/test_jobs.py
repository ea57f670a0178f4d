"""The stories of a job, told in a browser."""

import re

from playwright.async_api import Page, expect


async def test_a_job_is_created_with_the_form_and_its_executions_arrive_without_reload(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="New job").click()
    await page.get_by_label("Name", exact=True).fill("Two seconds")
    await page.get_by_label("Schedule", exact=True).fill("every 2 seconds")
    await page.get_by_label("Command", exact=True).select_option("echo")
    await page.get_by_label("message").fill("hello")
    await page.get_by_role("button", name="Save job").click()

    await expect(page.get_by_role("heading", name="Two seconds")).to_be_visible()
    await page.evaluate("window.neverLeft = true")
    rows = page.locator("table.runs tbody tr")
    await expect(rows.nth(1)).to_contain_text("succeeded")
    await expect(rows.nth(2)).to_contain_text("succeeded")
    assert await page.evaluate("window.neverLeft")


async def test_a_schedule_is_understood_while_it_is_typed(page: Page) -> None:
    await page.goto("/new")
    await page.get_by_label("Schedule", exact=True).press_sequentially("daily at 14:00", delay=15)
    await expect(page.locator(".meaning strong")).to_have_text("daily at 14:00")
    await expect(page.locator(".meaning code")).to_have_text("0 14 * * *")
    await expect(page.locator(".fires li")).to_have_count(10)


async def test_a_schedule_that_is_not_understood_says_what_is_wrong(page: Page) -> None:
    await page.goto("/new")
    await page.get_by_label("Schedule", exact=True).fill("every blue moon")
    await expect(page.locator(".understood .field-error")).to_be_visible()


async def test_an_example_is_taken_over_with_one_click(page: Page) -> None:
    await page.goto("/new")
    await page.get_by_role("button", name="every 15 minutes").click()
    await expect(page.get_by_label("Schedule", exact=True)).to_have_value("every 15 minutes")
    await expect(page.locator(".meaning strong")).to_have_text("every 15 minutes")


async def test_what_the_server_refuses_stands_at_its_field_and_nothing_typed_is_lost(page: Page) -> None:
    await page.goto("/new")
    await page.get_by_label("Description").fill("kept")
    await page.get_by_label("Schedule", exact=True).fill("every 2 seconds")
    await page.get_by_label("Command", exact=True).select_option("echo")
    await page.get_by_label("message").fill("hello")
    await page.get_by_role("button", name="Save job").click()

    name = page.get_by_label("Name", exact=True)
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(name).to_be_focused()
    await expect(page.get_by_label("Description")).to_have_value("kept")


async def test_broken_json_is_named_by_line_and_column(page: Page) -> None:
    await page.goto("/new")
    await page.get_by_label("Command", exact=True).select_option("echo")
    await page.get_by_role("button", name="As JSON").click()
    await page.get_by_label("Arguments as JSON").fill('{\n  "message": oops\n}')
    await page.get_by_role("button", name="Save job").click()
    await expect(page.get_by_role("alert")).to_contain_text("Line 2, column 14")


async def test_an_edit_shows_what_is_there_and_keeps_it(page: Page, a_job) -> None:
    job = await a_job(name="Edited", schedule="daily at 14:00", tags=["etl"], labels={})
    await page.goto(f"/jobs/{job['id']}/edit")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Edited")
    await expect(page.get_by_label("Tags")).to_have_value("etl")
    await expect(page.locator(".meaning strong")).to_have_text("daily at 14:00")
    await page.get_by_label("Schedule", exact=True).fill("daily at 15:00")
    await page.get_by_role("button", name="Save job").click()
    await expect(page.locator(".heading-sub")).to_contain_text("daily at 15:00")
    await expect(page.locator(".heading-sub")).to_contain_text("etl")


async def test_deleting_asks_first_and_names_the_job(page: Page, a_job) -> None:
    job = await a_job(name="Doomed")
    await page.goto("/?q=Doomed")
    await page.get_by_role("button", name="More about Doomed").click()
    await page.get_by_role("menuitem", name="Delete").click()
    question = page.get_by_role("alertdialog")
    await expect(question).to_contain_text("Delete “Doomed”?")
    await question.get_by_role("button", name="Keep it").click()
    await expect(page.locator(f'a[href="/jobs/{job["id"]}"]')).to_be_visible()

    await page.get_by_role("button", name="More about Doomed").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await question.get_by_role("button", name="Delete").click()
    await expect(page.locator(f'a[href="/jobs/{job["id"]}"]')).to_have_count(0)


async def test_pausing_changes_the_row_in_place(page: Page, a_job) -> None:
    await a_job(name="Switched", schedule="daily at 14:00")
    await page.goto("/?q=Switched")
    row = page.locator("table.jobs tbody tr", has_text="Switched")
    await expect(row.locator(".c-next")).to_contain_text("in ")
    await row.get_by_role("switch").click()
    await expect(row.locator(".c-next")).to_have_text("paused")
    await row.get_by_role("switch").click()
    await expect(row.locator(".c-next")).to_contain_text("in ")


async def test_a_paused_job_runs_only_after_a_question(page: Page, a_job) -> None:
    job = await a_job(name="Resting", enabled=False)
    await page.goto(f"/jobs/{job['id']}")
    await page.get_by_role("button", name="Run now").click()
    await expect(page.get_by_role("alertdialog")).to_contain_text("Run “Resting” now?")
    await page.get_by_role("button", name="Run once").click()
    await expect(page.locator("table.runs tbody tr").first).to_contain_text("succeeded")


async def test_filters_live_in_the_address_and_back_works(page: Page, a_job) -> None:
    await a_job(name="Found", priority="HIGH", tags=["rare"])
    await page.goto("/")
    await page.get_by_label("Any priority").select_option("HIGH")
    await expect(page).to_have_url(re.compile(r"priority=HIGH"))
    await page.locator("tr", has_text="Found").get_by_role("link", name="rare").click()
    await expect(page).to_have_url(re.compile(r"tag=rare"))
    await expect(page.locator("table.jobs tbody tr")).to_have_count(1)
    await page.go_back()
    await expect(page.get_by_label("Any priority")).to_have_value("HIGH")


async def test_the_keyboard_leads_everywhere(page: Page, a_job) -> None:
    await a_job(name="Reached")
    await page.goto("/")
    await expect(page.locator("table.jobs")).to_be_visible()
    await page.keyboard.press("/")
    await expect(page.get_by_label("Search jobs")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.locator("h1").click()
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await expect(page).to_have_url(re.compile("/system$"))
    await page.keyboard.press("n")
    await expect(page.get_by_role("heading", name="New job")).to_be_visible()
