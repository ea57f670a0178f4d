"""The database's shape, beside what the code says of it."""

import asyncio
import re
from pathlib import Path
from typing import get_args

import asyncpg
import pytest

from belfry.records import db, migrations, tables
from belfry.rules.calendars import Shift, Use
from belfry.rules.lifecycle import FINAL, LIVE, State, Trigger
from conftest import at_database

RECORDS = Path(db.__file__).parent
STATEMENTS = sorted((RECORDS / "sql").glob("*.sql"))
TYPES = {
    "Text": {"text"},
    "Integer": {"integer"},
    "BigInt": {"bigint"},
    "SmallInt": {"smallint"},
    "Timestamptz": {"timestamp with time zone"},
    "DoublePrecision": {"double precision"},
    "Boolean": {"boolean"},
    "JSONB": {"jsonb"},
    "Array": {"ARRAY"},
}
TABLES = [table for table in vars(tables).values() if isinstance(table, type) and table.__module__ == tables.__name__]


@pytest.mark.parametrize("table", TABLES)
async def test_a_table_is_as_piccolo_sees_it(database: str, table: type) -> None:
    rows = await db.pool().fetch(
        "select column_name, data_type from information_schema.columns where table_name = $1", table._meta.tablename
    )
    real = {row["column_name"]: row["data_type"] for row in rows}
    for column in table._meta.columns:
        assert real[column._meta.name] in TYPES[type(column).__name__], column._meta.name


@pytest.mark.parametrize("table", TABLES)
def test_every_table_that_is_declared_is_used(table: type) -> None:
    modules = [path.read_text() for path in RECORDS.glob("*.py") if path.name != "tables.py"]
    assert any(re.search(rf"\b{table.__name__}\.", module) for module in modules)


async def allowed(table: str, column: str) -> set[str]:
    """The words that a CHECK lets into a column."""
    said = await db.pool().fetchval(
        "select string_agg(pg_get_constraintdef(oid), ' ') from pg_constraint where conrelid = $1::regclass"
        " and contype = 'c' and conname like '%' || $2 || '_check'",
        table,
        column,
    )
    return set(re.findall(r"'(\w+)'::text", said))


async def test_the_database_knows_the_same_states_as_the_rules(database: str) -> None:
    assert await allowed("live_executions", "state") == {str(state) for state in LIVE}
    assert await allowed("past_executions", "state") == {str(state) for state in FINAL}
    assert await allowed("live_executions", "trigger") == {str(trigger) for trigger in Trigger}
    assert {str(state) for state in State} == {str(state) for state in LIVE | FINAL}


async def test_the_database_takes_the_same_uses_of_calendars_as_the_rules(database: str) -> None:
    assert await allowed("jobs", "calendar_use") == set(get_args(Use))
    assert await allowed("jobs", "calendar_shift") == set(get_args(Shift))


async def test_starters_that_race_migrate_once(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("create database raced")
    url = at_database(postgres_url, "raced")
    await db.open_pool(url)
    await asyncio.gather(*[migrations.migrate(url) for _ in range(4)])
    written = len([*migrations.folder().glob("belfry_*.py")])
    assert await db.pool().fetchval("select count(*) from migration") == written
    await db.close_pool()
    await connection.execute("drop database raced with (force)")
    await connection.close()


async def test_a_day_has_its_partition_before_it_comes(database: str) -> None:
    now = await db.now()
    found = await db.pool().fetch(
        "select relname from pg_class where relname like 'past\\_executions\\_2%' and relkind = 'r'"
    )
    assert f"past_executions_{now:%Y%m%d}" in {row["relname"] for row in found}
    assert len(found) == 5
    await migrations.prepare_partitions(now)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda path: path.stem)
def test_a_statement_says_what_it_does_and_is_used(statement: Path) -> None:
    first = statement.read_text().splitlines()[0]
    assert re.fullmatch(r"-- [A-Z].*", first)
    callers = [path.read_text() for folder in ("records", "loops") for path in (RECORDS.parent / folder).glob("*.py")]
    assert any(f'"{statement.stem}"' in caller for caller in callers)


def test_nobody_but_one_asks_the_clock() -> None:
    asking = re.compile(
        r"\bnow\(\)|current_timestamp|clock_timestamp|statement_timestamp|localtimestamp", re.IGNORECASE
    )
    asked = {path.name for path in STATEMENTS if asking.search(path.read_text())}
    assert asked == {"clock.sql"}
