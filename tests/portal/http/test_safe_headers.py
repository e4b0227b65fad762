"""Every answer of the portal, whatever asked for it, lets a browser do nothing that was not meant."""

import pytest

from tests.portal.world import Portal

ANSWERS = [
    ("GET", "/pay/help"),
    ("GET", "/pay/INV-1?s=guessed"),
    ("POST", "/webhooks/stripe"),
    ("POST", "/webhooks/payments"),
    ("GET", "/no/such/page"),
    ("DELETE", "/pay/help"),
    ("GET", "/sites/x/state"),
]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
async def test_no_answer_is_without_them(kept: Portal, method: str, path: str) -> None:
    headers = (await kept.http.request(method, path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"] == "max-age=31536000"
    (policy,) = headers.get_list("content-security-policy")
    assert "default-src 'none'" in policy
    assert "form-action" in policy
    assert headers["referrer-policy"] == "no-referrer"
