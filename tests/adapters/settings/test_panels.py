"""How panels are named in the settings, and what is refused before a secret goes anywhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.settings.panels import PanelSettings
from adapters.settings.settings import Settings

TOKEN = "AN0EXAMPLE0TOKEN0OF0NOBODY"
WHM = {"kind": "whm", "url": "https://cp1.hosting.example:2087", "user": "billing", "secret": TOKEN}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("REPRIEVE_PANELS", "REPRIEVE_PANEL_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "reprieve.toml"
    monkeypatch.setenv("REPRIEVE_CONFIG", str(file))
    return file


def test_without_a_word_there_is_the_sandbox():
    (name, panel), *others = Settings().panels.items()
    assert (name, panel.kind, panel.url, others) == ("sandbox", "generic", "http://127.0.0.1:8422/", [])
    assert Settings().panel_seconds == 90


def test_they_are_read_from_the_file(clean: Path):
    clean.write_text(
        f"""
        [panels.cp1]
        kind = "whm"
        url = "https://cp1.hosting.example:2087"
        user = "billing"
        secret = "{TOKEN}"
        keep_dns = true

        [panels.own]
        kind = "generic"
        url = "https://own.hosting.example/panel"
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        levels = ["suspended"]
        """
    )
    panels = Settings().panels
    assert {name: panel.kind for name, panel in panels.items()} == {"cp1": "whm", "own": "generic"}
    assert panels["cp1"].secret.get_secret_value() == TOKEN
    assert panels["cp1"].keep_dns


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REPRIEVE_PANELS", json.dumps({"cp2": WHM}))
    assert list(Settings().panels) == ["cp2"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "http://cp1.hosting.example:2086"}, "https://"),
        ({"url": "cp1.hosting.example"}, "url"),
        ({"url": "https://billing:word@cp1.hosting.example"}, "url"),
        ({"url": "https://cp1.hosting.example/?x=1"}, "url"),
        ({"user": ""}, "needs a user and a secret"),
        ({"secret": ""}, "needs a user and a secret"),
        ({"secret": f"{TOKEN}\N{EN DASH}"}, "needs a user and a secret"),
        ({"kind": "plesk"}, "kind"),
        ({"kind": "generic"}, "whsec_"),
        ({"kind": "generic", "secret": "whsec_c2hvcnQ="}, "24 bytes"),
        ({"token": TOKEN}, "token"),
    ],
)
def test_what_cannot_work_is_refused_without_telling_the_secret(change: dict[str, Any], words: str):
    with pytest.raises(ValidationError, match=words) as caught:
        PanelSettings.model_validate(WHM | change)
    assert TOKEN not in str(caught.value)


def test_what_lives_on_this_machine_needs_no_tls():
    assert PanelSettings.model_validate(WHM | {"url": "http://127.0.0.1:8422"}).user == "billing"


def test_a_secret_is_never_printed():
    assert TOKEN not in repr(PanelSettings.model_validate(WHM))
