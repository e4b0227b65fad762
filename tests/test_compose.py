"""docker-compose.yml: valid, pinned, closed to the outside, and complete with the files and settings it names."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from adapters.settings.settings import Settings

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text()
SERVICES: dict[str, dict[str, Any]] = YAML(typ="safe").load(TEXT)["services"]  # pyright: ignore[reportUnknownMemberType] (the library leaves it untyped)
OURS = ("worker", "portal", "mail-door")
EXAMPLE = dict(line.split("=", 1) for line in (ROOT / "compose/example.env").read_text().splitlines() if "=" in line)


def test_it_fits_the_compose_specification() -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    command = [tool, "--builtin-schema", "vendor.compose-spec", FILE]
    answer = subprocess.run(command, text=True, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_every_image_is_pinned() -> None:
    images = {service["image"] for service in SERVICES.values()}
    assert {"temporalio/server:1.32.0", "temporalio/admin-tools:1.32.0", "temporalio/ui:2.54.1"} < images
    assert all(re.search(r":v?\d+\.\d+(\.\d+)?$", image) for image in images), images


def test_every_setting_is_checked_and_in_the_example() -> None:
    settings = re.findall(r"\$\{(\w+)(.*?)\}", TEXT)
    assert {check for _, check in settings} == {":?set it in .env"}
    assert {name for name, _ in settings} == set(EXAMPLE)


def test_no_password_is_committed() -> None:
    assert {value for name, value in EXAMPLE.items() if "PASSWORD" in name} == {""}
    assert "PASSWORD=" not in TEXT


def test_postgresql_has_connections_for_a_server_and_more_workers_than_three() -> None:
    """A server takes 57 of them, each of our programs 16 (docs/cluster.md)."""
    (most,) = (word for word in SERVICES["postgres"]["command"] if word.startswith("max_connections="))
    assert int(most.removeprefix("max_connections=")) >= 57 + 8 * 16


@pytest.mark.parametrize("ours", OURS)
def test_our_programs_know_their_settings(ours: str) -> None:
    named = {name for name in SERVICES[ours]["environment"] if name.startswith("REPRIEVE_")}
    assert named <= {f"REPRIEVE_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_reaches_our_programs() -> None:
    """By its place in .env or in the file itself, else by reprieve.env, whose example leaves none out."""
    given = {ours: {name for name in SERVICES[ours]["environment"] if name.startswith("REPRIEVE_")} for ours in OURS}
    others = re.findall(r"^#(REPRIEVE_\w+)=$", (ROOT / "compose/example.reprieve.env").read_text(), re.MULTILINE)
    assert sorted([*others, *given["worker"] | given["portal"] | given["mail-door"]]) == sorted(
        f"REPRIEVE_{name.upper()}" for name in Settings.model_fields
    ), "one of both: what the compose file says wins over reprieve.env"
    assert given["worker"] - given["portal"] == {"REPRIEVE_HEALTH_PORT"}
    assert given["portal"] - given["worker"] == {
        "REPRIEVE_STRIPE_WEBHOOK_SECRETS",
        "REPRIEVE_PAYMENT_WEBHOOK_SECRETS",
        "REPRIEVE_PORTAL_HOST",
        "REPRIEVE_PORTAL_PORT",
        "REPRIEVE_PORTAL_PROXIES",
    }
    assert given["mail-door"] - given["worker"] == {
        "REPRIEVE_MAIL_IN_HOST",
        "REPRIEVE_MAIL_IN_PORT",
        "REPRIEVE_MAIL_RELAYS",
    }
    for ours in OURS:
        assert SERVICES[ours]["env_file"] == [{"path": "reprieve.env", "required": False}], ours


def test_the_worker_is_asked_whether_it_is_ready() -> None:
    assert f":{SERVICES['worker']['environment']['REPRIEVE_HEALTH_PORT']}/ready" in str(
        SERVICES["worker"]["healthcheck"]
    )


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_mounts_exists_and_what_it_publishes_stays_on_this_machine(name: str) -> None:
    mounted = [volume.split(":")[0] for volume in SERVICES[name].get("volumes", []) if volume.startswith(".")]
    assert all((ROOT / path).exists() for path in mounted), mounted
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_nobody_waits_for_a_health_check_that_is_missing() -> None:
    waited = {
        (other, wait["condition"])
        for service in SERVICES.values()
        for other, wait in service.get("depends_on", {}).items()
    }
    assert {other for other, condition in waited if condition == "service_healthy"} <= {
        name for name, service in SERVICES.items() if "healthcheck" in service
    }
    assert {condition for _, condition in waited} == {"service_healthy", "service_completed_successfully"}


@pytest.mark.parametrize("script", sorted(ROOT.glob("compose/**/*.sh")), ids=lambda path: path.name)
def test_scripts_parse(script: Path) -> None:
    shell = script.read_text().splitlines()[0].removeprefix("#!")
    subprocess.run([shell, "-n", script], check=True)


def test_the_server_finds_its_dynamic_configuration() -> None:
    path = Path(SERVICES["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"])
    assert (ROOT / "compose/dynamicconfig" / path.name).exists()
    assert f":{path.parent}:ro" in SERVICES["temporal"]["volumes"][0]
