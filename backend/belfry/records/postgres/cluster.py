"""The data folder: one PostgreSQL cluster, the URL that leads to it, its log, and the locks that say who is there.

All who use the server share `users.lock`. The process in charge of it holds `watchman.lock`, which contains its number,
and finds nobody else at work in the folder. Each process of the server holds `server.lock`.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from belfry.ground.errors import CannotStart
from belfry.records.postgres import locks, programs
from belfry.records.postgres.account import Account, account, environment
from belfry.records.postgres.programs import Programs

OLD_SERVER_SECONDS = 60
PORTS = range(15433, 32768)  # Below the ports that Linux and macOS give away by themselves.
CONF = Path(__file__).with_name("belfry.conf")
WATCHMAN = Path(__file__).with_name("watchman.py").absolute()
GRAVE = ("FATAL:", "PANIC:", "error:")
REMEDIES = {
    ENOSPC: "The disk is full: free some space.",
    EDQUOT: "The disk quota is used up: free some space.",
    EROFS: "It lies on a read-only disk: choose another with --data-dir.",
    EACCES: "Give this user the right to it, or choose another with --data-dir.",
    EPERM: "Give this user the right to it, or choose another with --data-dir.",
}


class Cluster:
    """The cluster in one data folder."""

    def __init__(self, folder: Path, bin_dir: Path | None) -> None:
        self.folder = folder.expanduser().absolute()
        self.log = self.folder / "postgres.log"
        self._bin_dir = bin_dir.expanduser().absolute() if bin_dir else None
        self._data = self.folder / "postgres"
        self._url = self.folder / "url"
        self._log_start = 0

    @property
    def is_new(self) -> bool:
        """Whether there is no database yet."""
        return not self._data.exists()

    def claim(self) -> None:
        """Make the folder ours. CannotStart when it holds something else, or we have no right to it."""
        with self._explained():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = {path.name for path in self.folder.iterdir() if not path.name.startswith(".")}
            if names - {"lost+found"} and "users.lock" not in names:
                raise CannotStart(
                    reason=f"The data folder {self.folder} is not empty and not made by Belfry: "
                    "choose another with --data-dir."
                )
            os.close(os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600))

    def use(self) -> int | None:
        """An open file that keeps the server running, or None while the last one is being stopped."""
        return locks.acquire(self.folder / "users.lock", locks.SHARED)

    def take_charge(self) -> int | None:
        """An open file that allows to `launch`, or None while another process is in charge."""
        return locks.acquire(self.folder / "watchman.lock")

    def is_unattended(self) -> bool:
        """Whether nobody is in charge."""
        charge = self.take_charge()
        if charge is not None:
            os.close(charge)
        return charge is not None

    def url(self) -> str:
        """Where the server is to be found. FileNotFoundError before the database is made."""
        return self._url.read_text("utf-8").strip()

    def launch(self, charge: int) -> None:
        """Start the server, and make the database if there is none. Takes over the charge."""
        try:
            with self._explained():
                self._log_start = self.log.stat().st_size if self.log.exists() else 0
                user = account(self._data)
                found = programs.find(self._bin_dir, user, None if self.is_new else self._major())
                if self.is_new:
                    self._create(found, user, charge)
                self._serve(found, user, charge)
        finally:
            os.close(charge)

    def complaint(self) -> CannotStart:
        """Why PostgreSQL did not start, in its own last word."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        grave = [line for line in lines if any(word in line for word in GRAVE) and "is starting up" not in line]
        full = [line for line in lines if "No space left" in line]
        word = (full or grave or lines or ["it said nothing"])[-1].split("] ")[-1].rstrip(".")
        remedy = REMEDIES[ENOSPC] if full else f"All it said is in {self.log}."
        return CannotStart(reason=f"PostgreSQL did not start in {self.folder}: {word}. {remedy}")

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Turn what the operating system refuses into CannotStart."""
        try:
            yield
        except OSError as error:
            remedy = REMEDIES.get(error.errno or 0, "Choose another with --data-dir.")
            what = ": ".join(filter(None, (error.strerror or str(error), error.filename)))
            raise CannotStart(reason=f"The data folder {self.folder} cannot be used: {what}. {remedy}") from error

    def _major(self) -> int:
        return int((self._data / "PG_VERSION").read_text("ascii"))

    def _create(self, found: Programs, user: Account, charge: int) -> None:
        """Make the database aside and move it into place, so that it is there whole or not at all.

        initdb holds the charge as well: should we be killed, the next one in charge comes after its end.
        """
        staging = self.folder / "staging"
        if staging.exists():
            shutil.rmtree(staging)
        staging.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        secret = staging / "password"
        self._write(secret, password, 0o600)
        user.own(staging)
        user.own(secret)
        with user.reaching(staging) as (place, file), self._open_log() as log:
            made = user.run(
                *(str(found.folder / "initdb"), "--pgdata", f"{place}/postgres", "--pwfile", f"{place}/password"),
                *("--username", "belfry", "--auth", "scram-sha-256", "--data-checksums", "--no-instructions"),
                *("--encoding", "UTF8", "--locale", "C"),
                output=log,
                files=(file, charge),
            )
        if made.returncode:
            raise self.complaint()
        with (staging / "postgres/postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude = 'belfry.conf'\n")
            conf.flush()
            os.fsync(conf.fileno())
        url = f"postgresql://belfry:{password}@127.0.0.1:{_free_port()}/postgres?sslmode=disable"
        self._write(self._url, url, 0o600)
        (staging / "postgres").rename(self._data)
        with user.reaching(self.folder) as (_, file):
            os.fsync(file)
        shutil.rmtree(staging)

    def _serve(self, found: Programs, user: Account, charge: int) -> None:
        server = self._succeed()
        try:
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            self._configure(user)
            with user.reaching(self._data) as (place, file):
                self._watch([str(found.folder / "postgres"), "-D", place], user, (charge, server, file))
        finally:
            os.close(server)

    def _succeed(self) -> int:
        """The lock of the server, once no process of the last one is left."""
        server = locks.acquire(self.folder / "server.lock")
        if server is None and sys.platform != "linux":
            self._stop_orphan()
        server = server or locks.wait(self.folder / "server.lock", OLD_SERVER_SECONDS)
        if server is None:
            raise CannotStart(reason=f"Processes of an earlier PostgreSQL still use {self.folder}: end them.")
        return server

    def _stop_orphan(self) -> None:
        """Stop a server that has lost its watchman; Linux does that by itself."""
        number = (self._data / "postmaster.pid").read_text("ascii").split()[0]
        command = subprocess.run(["ps", "-ww", "-o", "command=", "-p", number], capture_output=True, text=True).stdout
        if str(self._data) in command:
            os.kill(int(number), signal.SIGINT)

    def _configure(self, user: Account) -> None:
        """Write the settings anew, and move to another port if a stranger has taken ours."""
        url = self.url()
        port = urlsplit(url).port or 0
        if not _is_free(port):
            taken, port = port, _free_port()
            self._write(self._url, url.replace(f":{taken}/", f":{port}/"), 0o600)
        self._write(self._data / "belfry.conf", f"{CONF.read_text('utf-8')}\nport = {port}", 0o644)

    def _watch(self, command: list[str], user: Account, files: tuple[int, int, int]) -> None:
        """Put a watchman into the background who runs the command, and leave the locks to it."""
        charge, server, _ = files
        with self._open_log() as log:
            subprocess.run(
                [sys.executable, "-I", "-S", WATCHMAN, *map(str, (charge, server, user.uid, user.gid)), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=files,
                start_new_session=True,
                cwd=self.folder,
                env=environment(),
                check=True,
            )

    def _open_log(self) -> IO[bytes]:
        return os.fdopen(os.open(self.log, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "ab")

    def _write(self, path: Path, text: str, mode: int) -> None:
        """Write a file whole or not at all, and never through a link that another user has laid."""
        draft = self.folder / "draft"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        draft.replace(path)


def _free_port() -> int:
    return next(port for port in iter(lambda: secrets.choice(PORTS), None) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
