"""A connection that others can read and write on is told of."""

import pytest
from structlog.testing import capture_logs

from adapters.temporal.client import warn_if_unprotected


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ({"TEMPORAL_ADDRESS": "127.0.0.1:7233"}, False),
        ({"TEMPORAL_ADDRESS": "localhost:7233"}, False),
        ({"TEMPORAL_ADDRESS": "[::1]:7233"}, False),
        ({}, False),
        ({"TEMPORAL_ADDRESS": "temporal.host.example:7233"}, True),
        ({"TEMPORAL_ADDRESS": "10.0.0.7:7233"}, True),
        ({"TEMPORAL_ADDRESS": "temporal.host.example:7233", "TEMPORAL_TLS": "true"}, False),
        ({"TEMPORAL_ADDRESS": "temporal.host.example:7233", "TEMPORAL_API_KEY": "k"}, False),
    ],
)
def test_another_machine_without_tls_is_told_of(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], warned: bool
) -> None:
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_TLS", "TEMPORAL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "/dev/null")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with capture_logs() as lines:
        warn_if_unprotected()
    assert [line["log_level"] for line in lines] == (["warning"] if warned else [])
