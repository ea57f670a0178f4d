"""What is declared, what is locked and what is imported are one thing."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = {"belfry", "belfry_ui", "migrations"}


def test_every_package_that_is_imported_is_declared() -> None:
    declared = names(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    providers = packages_distributions()
    for module in imported():
        assert {normal(name) for name in providers.get(module, ())} & declared, f"{module} is not in pyproject.toml"


def test_every_locked_package_has_its_hash() -> None:
    for lock in locks():
        for pin in re.split(r"\n(?=\S)", lock.read_text().strip()):
            assert re.match(r"[a-z0-9._-]+==", pin), f"{lock.name}: {pin} is not pinned"
            assert "--hash=sha256:" in pin, f"{lock.name}: {pin} has no hash"


def test_tests_run_with_the_very_packages_that_are_shipped() -> None:
    run, dev = (pins(ROOT / "requirements" / f"{name}.txt") for name in ("run", "dev"))
    assert run <= dev


def test_locks_cover_what_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {"run": project["project"]["dependencies"], "build": groups["build"], "dev": groups["dev"]}
    for lock, requirements in wanted.items():
        locked = {pin.split("==")[0] for pin in pins(ROOT / "requirements" / f"{lock}.txt")}
        assert names(requirements) <= locked, f"{lock}.txt is stale: make lock"


def imported() -> set[str]:
    """The top-level modules from elsewhere that the shipped source imports."""
    files = [
        file for folder in ("backend", "frontend/belfry_ui", "migrations") for file in (ROOT / folder).rglob("*.py")
    ]
    found = {module.split(".")[0] for file in files for module in imports_of(file)}
    return found - OURS - set(sys.stdlib_module_names)


def imports_of(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


def locks() -> list[Path]:
    return sorted((ROOT / "requirements").glob("*.txt"))


def pins(lock: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+==\S+)", lock.read_text(), re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
