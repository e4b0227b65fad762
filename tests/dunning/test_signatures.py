"""Whose word counts: only what was signed under a secret of the ring, for that very case, name and id."""

import hashlib
import re
from typing import Any

import pytest

from adapters.settings.settings import ROOT
from dunning.signatures import Said, Signature, digest, is_signed, mac

SECRET, OLD, STRANGE = (
    "the-first-secret-of-the-ring-0123",
    "the-one-before-it-in-the-ring-987",
    "somebody-else's-secret-4567890abc",
)
BODY = b'{"id":"bank-1"}'
SAID = Said(namespace="default", workflow="invoice-INV-1", name="payment_received", body=digest(BODY))


def signed(secret: str = SECRET, id: str = "s-1", **other: Any) -> Said:  # noqa: A002 - the word of the wire
    """Signed as SAID, and sent with something else in it."""
    by = Signature(id=id, mac=mac(secret, SAID, id))
    return SAID.model_copy(update={"signature": by, **other})


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_each_secret_of_the_ring_is_good(secret: str) -> None:
    assert is_signed((SECRET, OLD), signed(secret))


@pytest.mark.parametrize("ring", [(), (OLD,), (STRANGE, OLD)])
def test_no_other_is(ring: tuple[str, ...]) -> None:
    assert not is_signed(ring, signed())


@pytest.mark.parametrize(
    "other",
    [
        {"namespace": "other"},
        {"workflow": "invoice-INV-2"},
        {"name": "payment_restored"},
        {"body": digest(b'{"id":"bank-2"}')},
        {"signature": None},
        {"signature": Signature(id="s-2", mac=mac(SECRET, SAID, "s-1"))},
        {"signature": Signature(id="s-1", mac=mac(SECRET, SAID, "s-1").upper())},
        {"signature": Signature(id="s-1", mac="ä" * 64)},
        {"signature": Signature(id="s-1", mac="0")},
    ],
)
def test_it_is_good_for_one_case_name_body_and_id(other: dict[str, Any]) -> None:
    assert is_signed((SECRET,), signed())
    assert not is_signed((SECRET,), signed(**other))


def test_no_part_can_be_taken_for_two() -> None:
    """Else `name` and `id` could be shifted by a line, and the signature of one be that of another."""
    split = SAID.model_copy(update={"workflow": "invoice-INV-1\npayment_received", "name": "x"})
    by = Signature(id="y", mac=mac(SECRET, split, "y"))
    assert not is_signed((SECRET,), split.model_copy(update={"signature": by}))
    by = Signature(id="x\ny", mac=mac(SECRET, SAID, "x\ny"))
    assert not is_signed((SECRET,), SAID.model_copy(update={"signature": by}))


def test_the_vector_of_the_documents_is_ours() -> None:
    text = (ROOT / "docs/payments.md").read_text()
    cells = dict(
        re.findall(r"^\| (?:its )?(first argument|SHA-256|signature's `id`|`mac`) \| `(.*)` \|$", text, re.MULTILINE)
    )
    said = Said(
        namespace="default",
        workflow="invoice-INV-1042",
        name="payment_received",
        body=digest(cells["first argument"].encode()),
    )
    secret = "only-for-facts-of-a-stage-gone-in-seconds"
    assert said.body == cells["SHA-256"] == hashlib.sha256(cells["first argument"].encode()).hexdigest()
    assert mac(secret, said, cells["signature's `id`"]) == cells["`mac`"]
    assert text.count(cells["`mac`"]) == 2
    assert secret in text
