"""The bill of materials: what the lock says, as the official schema wants it, and the same each time."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.test_locks import PRODUCTION, PROJECT
from tools.sbom import LOCK, Locked, locked, sbom

ROOT = Path(__file__).parents[2]
SCHEMA = Path(__file__).parent / "schema"
PACKAGES = locked(LOCK.read_text())
BILL = sbom(PACKAGES, PROJECT["project"])
COMPONENTS: dict[str, dict[str, Any]] = {each["name"]: each for each in BILL["components"]}


def mistakes(bill: dict[str, Any]) -> list[str]:
    """What the official schema has against it."""
    jsonschema, referencing = import_module("jsonschema"), import_module("referencing")
    files = [json.loads(file.read_text()) for file in SCHEMA.glob("*.json")]
    # It names the others by their files.
    places = [f"http://cyclonedx.org/schema/{file.name}" for file in SCHEMA.glob("*.json")]
    resources = [referencing.Resource.from_contents(each) for each in files]
    registry = referencing.Registry().with_resources(zip(places, resources, strict=True))
    schema = next(each for each in files if each["$id"].endswith("bom-1.6.schema.json"))
    return [error.message for error in jsonschema.Draft7Validator(schema, registry=registry).iter_errors(bill)]


def test_it_is_what_the_schema_wants() -> None:
    assert mistakes(BILL) == []
    assert mistakes(sbom(PACKAGES, PROJECT["project"], datetime(2026, 12, 1, tzinfo=UTC))) == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"specVersion": 1.6}, "not of type 'string'"),
        ({"components": [{"type": "thing", "name": "x"}]}, "'thing' is not one of"),
        ({"components": [{"type": "library", "name": "x", "hashes": [{"alg": "SHA-256", "content": "x"}]}]}, "match"),
        ({"components": [{"type": "library", "name": "x", "licenses": [{"license": {"id": "Nobody's"}}]}]}, ""),
    ],
)
def test_what_the_schema_does_not_want_is_found(changed: dict[str, Any], why: str) -> None:
    found = mistakes(BILL | changed)
    assert found
    assert any(why in each for each in found)


def test_it_holds_every_package_of_the_lock_with_all_its_hashes() -> None:
    assert {name: each["version"] for name, each in COMPONENTS.items()} == PRODUCTION
    text = LOCK.read_text()
    told = [each["content"] for component in COMPONENTS.values() for each in component["hashes"]]
    assert len(told) == len(set(told)) == text.count("--hash=sha256:")
    assert all(f"--hash=sha256:{each}" in text for each in told)
    assert COMPONENTS["pydantic"]["purl"] == f"pkg:pypi/pydantic@{PRODUCTION['pydantic']}"


def test_it_says_which_is_installed_only_where() -> None:
    (where,) = COMPONENTS["uvloop"]["properties"]
    assert where == {"name": "reprieve:installed-where", "value": "sys_platform != 'win32'"}
    assert "properties" not in COMPONENTS["pydantic"]


def test_what_is_installed_here_has_a_licence() -> None:
    without = {name for name, each in COMPONENTS.items() if "licenses" not in each}
    assert without <= {"httpx2-jsfetch"}, "which is for browsers"
    assert COMPONENTS["psycopg"]["licenses"] == [{"expression": "LGPL-3.0-only"}]


def test_it_tells_what_needs_what() -> None:
    needs = {each["ref"]: set(each["dependsOn"]) for each in BILL["dependencies"]}
    purls = {name: each["purl"] for name, each in COMPONENTS.items()}
    assert needs.keys() == {"reprieve@0.1.0", *purls.values()}
    assert set().union(*needs.values()) <= set(purls.values())
    own = needs["reprieve@0.1.0"]
    assert {purls[name] for name in ("temporalio", "pydantic", "sqlalchemy", "uvloop", "tzdata")} <= own
    assert purls["pydantic-core"] in needs[purls["pydantic"]]
    assert purls["greenlet"] in needs[purls["sqlalchemy"]], "by its extra"
    assert purls["psycopg-binary"] in needs[purls["psycopg"]], "by its extra"
    reached, waiting = set[str](), ["reprieve@0.1.0"]
    while waiting:
        fresh = needs[waiting.pop()] - reached
        reached |= fresh
        waiting.extend(fresh)
    assert purls.keys() - {name for name, purl in purls.items() if purl in reached} <= {"httpx2-jsfetch"}


def test_it_is_the_same_each_time_and_carries_a_time_only_when_told() -> None:
    def made(**env: str) -> bytes:
        command = (sys.executable, "-m", "tools.sbom")
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, check=True).stdout

    first = made(PYTHONHASHSEED="1")
    assert first == made(PYTHONHASHSEED="2")
    assert json.loads(first) == BILL
    assert "timestamp" not in BILL["metadata"]
    dated = json.loads(made(SOURCE_DATE_EPOCH="1796083200"))
    assert dated["metadata"].pop("timestamp") == "2026-12-01T00:00:00Z"
    assert dated == BILL


def test_a_lock_without_hashes_is_refused() -> None:
    hashed = f"a==1 \\\n    --hash=sha256:{'0' * 64}"
    assert locked(hashed) == [Locked("a", "1", "", ("0" * 64,))]
    with pytest.raises(ValueError, match="no package with its hashes: b==2"):
        locked(f"{hashed}\nb==2")
