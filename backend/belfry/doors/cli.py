"""The command line. What a command needs is imported when it runs, so that a worker stays light."""

import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from belfry import __version__
from belfry.ground import settings
from belfry.ground.errors import BelfryError, CannotStart

_host = click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
_port = click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8000]")
_data_dir = click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the embedded PostgreSQL."
)
_url = click.option(
    "--url", envvar="BELFRY_URL", default="http://127.0.0.1:8000", help="Any server.  [env: BELFRY_URL]"
)
_token = click.option("--token", envvar="BELFRY_TOKEN", help="Proves who asks.  [env: BELFRY_TOKEN]")
_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
_no_samples = click.option("--no-samples", is_flag=True, help="Start without sample jobs.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="belfry")
def belfry() -> None:
    """Cron for a fleet: say what runs and when; Belfry fires each due instant exactly once."""


@belfry.command()
@_host
@_port
@_data_dir
@_no_samples
@click.option("--reload", is_flag=True, help="Start afresh whenever the source changes.")
def up(reload: bool, no_samples: bool, **flags: Any) -> None:
    """Start everything on this machine: PostgreSQL, a server with its page, and a pool of workers."""
    if reload:
        from belfry.doors import reloading

        reloading.watch([argument for argument in sys.argv if argument != "--reload"])
        return
    from belfry.doors import serving

    given = settings.read(samples=False if no_samples else None, **flags)
    _run(lambda: serving.serve(given, migrate=True))


@belfry.command()
@_host
@_port
@_no_samples
@click.option("--no-migrate", is_flag=True, help="Leave the database's shape as it is.")
def server(no_samples: bool, no_migrate: bool, **flags: Any) -> None:
    """Start one server of many on the database that BELFRY_DATABASE_URL names; workers connect to it."""
    from belfry.doors import serving

    given = settings.read(samples=False if no_samples else None, pool=(), **flags)
    if given.database_url is None:
        raise CannotStart(
            reason="`belfry server` needs a database: set BELFRY_DATABASE_URL. `belfry up` brings one along."
        )
    _run(lambda: serving.serve(given, migrate=not no_migrate))


@belfry.command()
@_data_dir
def migrate(**flags: Any) -> None:
    """Bring the database to this version's shape."""
    from belfry.doors import serving

    given = settings.read(**flags)
    _run(lambda: serving.migrate(given))


@belfry.command()
@click.option("--server", "url", required=True, metavar="URL", help="Any server, such as ws://127.0.0.1:8000.")
@click.option("--token", envvar="BELFRY_TOKEN", help="Proves that this worker may connect.  [env: BELFRY_TOKEN]")
@click.option(
    "--name", default=socket.gethostname, help="Its id; no other connected worker has it.  [default: this host's]"
)
@click.option("--capacity", type=click.IntRange(1, 10_000), default=4, show_default=True, help="Slots.")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="What it is; jobs may ask for it.")
@click.option("--import", "modules", multiple=True, metavar="MODULE", help="A module with commands of your own.")
def worker(url: str, token: str | None, **given: Any) -> None:
    """Start a worker that serves the built-in commands and those of your modules."""
    from belfry.doors import working

    made = working.make(**given)
    grace = settings.read().grace_seconds
    _run(lambda: working.work(made, url, token, grace))


@belfry.command()
@click.argument("job")
@click.option("--at", metavar="INSTANT", help="Which instant; without an offset it is in the job's zone.")
@_url
@_token
@_json
def why(job: str, at: str | None, as_json: bool, **where: Any) -> None:
    """Say why a job ran or did not at an instant; without one, what its next fire depends on."""
    from belfry.doors import asking

    body = asking.ask("GET", f"/jobs/{quote(job, safe='')}/why", params={"at": at} if at else {}, **where)
    click.echo(body.decode() if as_json else asking.told(body))


@belfry.command()
@click.argument("schedule")
@click.option("--timezone", default="UTC", show_default=True, help="Its IANA zone.")
@click.option("--count", type=click.IntRange(1, 100), default=10, show_default=True, help="How many fires.")
@_url
@_token
@_json
def preview(as_json: bool, url: str, token: str | None, **asked: Any) -> None:
    """Say what a schedule means, in words or cron, and when it would fire."""
    from belfry.doors import asking

    body = asking.ask("POST", "/schedules/preview", json=asked, url=url, token=token)
    click.echo(body.decode() if as_json else asking.foretold(body))


def _run(work: Callable[[], Awaitable[None]]) -> None:
    """Run until it ends or is told to: SIGINT or SIGTERM once ends it cleanly, twice at once."""
    from belfry.doors import running

    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    running.run(work)


def main() -> None:
    """The console script `belfry`: its errors are one sentence on stderr and exit status 1."""
    try:
        belfry()
    except BelfryError as error:
        click.echo(f"belfry: {error}", err=True)
        sys.exit(1)
