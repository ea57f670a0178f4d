"""The documents say what the code does."""

import re
import subprocess
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from belfry.ground.settings import Settings
from belfry.rules import calendars, schedules
from belfry.rules.definition import Definition, check
from belfry.rules.lifecycle import diagram

ROOT = Path(__file__).parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"\| `BELFRY_(\w+)` \| (.*) \| (.*) \|", text("docs/settings.md"))
    wanted = {setting.name: setting for setting in fields(Settings)}
    assert [name.lower() for name, _, _ in rows] == list(wanted)
    for name, default, meaning in rows:
        setting = wanted[name.lower()]
        assert meaning == setting.metadata["help"]
        if name != "POOL":
            shown = "" if setting.default is None else f"`{shape(setting.default)}`"
            assert default == shown, name


def shape(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def test_the_drawn_states_are_the_real_ones() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n```", text("ARCHITECTURE.md"), re.DOTALL)
    assert drawn
    assert drawn[1] == diagram()


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")] + sorted(
        ROOT.glob("docs/**/*.md")
    )
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_commands_of_the_readme_exist() -> None:
    belfry = ROOT / ".venv" / "bin" / "belfry"
    said = subprocess.run([belfry, "--help"], capture_output=True, text=True, check=True).stdout
    for command in set(re.findall(r"\bbelfry (server|worker|up|migrate|why|preview)\b", text("README.md"))):
        assert f"  {command} " in said


def test_every_module_of_the_architecture_is_there() -> None:
    for package in ("doors", "loops", "records", "author", "rules", "ground"):
        (row,) = re.findall(rf"\| `belfry\.{package}` \| (.*) \|", text("ARCHITECTURE.md"))
        for name in re.findall(r"`([a-z]+)/?`", row):
            folder = ROOT / "backend" / "belfry" / package
            assert (folder / f"{name}.py").exists() or (folder / name).is_dir(), f"{package}/{name}"


def test_every_schedule_of_the_documents_means_what_they_say() -> None:
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \|$", text("docs/schedules.md"), re.MULTILINE)
    assert len(rows) > 15
    for written, rule in rows:
        schedule = schedules.parse(written, anchor=datetime(2026, 1, 1, tzinfo=UTC))
        assert schedule.rule == rule.replace("\\|", "|"), written


def test_the_job_of_the_readme_is_one_that_belfry_takes() -> None:
    example = re.search(r"-d '(\{.*?\})'", text("README.md"), re.DOTALL)
    assert example
    definition = msgspec.json.decode(example[1], type=Definition)
    check(definition)
    schedule = schedules.parse(definition.schedule, definition.timezone, anchor=datetime(2026, 1, 1, tzinfo=UTC))
    assert schedule.description == "daily at 06:30"


def test_the_calendar_of_the_docs_is_one_that_belfry_takes() -> None:
    example = re.search(r"```json\n(.*?)\n```", text("docs/calendars.md"), re.DOTALL)
    assert example
    calendar = msgspec.json.decode(example[1], type=calendars.Calendar)
    calendars.check(calendar)
    assert set(msgspec.json.decode(example[1])) == set(calendar.__struct_fields__) - {"description"}
