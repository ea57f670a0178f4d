"""Begins a migration: `python migrations/new.py "add calendars"` writes the file to fill in."""

import re
import sys
import time
from importlib.metadata import version
from pathlib import Path

TEMPLATE = '''"""{sentence}."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from belfry.records import db

ID = "{id}"
VERSION = "{version}"
DESCRIPTION = "{description}"

CHANGE = """
"""


async def forwards() -> MigrationManager:
    """{sentence}."""
    manager = MigrationManager(migration_id=ID, app_name="belfry", description=DESCRIPTION)

    async def change() -> None:
        await db.script(CHANGE)

    manager.add_raw(change)
    return manager
'''


def begin(description: str) -> Path:
    """Write a migration that runs after all others, and say where it lies."""
    number = time.strftime("%Y-%m-%dT%H:%M:%S:000000", time.gmtime())
    stamp = re.sub(r"[-:]", "_", number.removesuffix(":000000")).lower()
    words = "_".join(re.findall(r"[a-z0-9]+", description.lower()))
    path = Path(__file__).parent / f"belfry_{stamp}_{words}.py"
    path.write_text(
        TEMPLATE.format(
            sentence=description.capitalize(), id=number, version=version("piccolo"), description=description
        )
    )
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2 or not re.fullmatch(r"[\w ,-]+", sys.argv[1]):
        sys.exit('Say in plain words what the migration does: make migration NAME="add calendars"')
    print(begin(sys.argv[1]))
