"""Two invoices of one customer speak on the same day: one mail, by policy, on a real server."""

import asyncio
from pathlib import Path
from typing import Any

from adapters.settings.settings import ROOT
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin


def digesting(folder: Path) -> str:
    """A Small Orange's policy, with digests."""
    written = (ROOT / "policies" / "a-small-orange.toml").read_text(encoding="utf-8")
    file = folder / "digesting.toml"
    file.write_text("digest = true\n" + written, encoding="utf-8")
    return str(file)


async def invoices(stage: Stage, policy: str, *names: str) -> list[Playing]:
    shared: dict[str, Any] = {"account": "acct-DIGEST", "emails": ["digest@bakery.example"]}
    return [await begin(stage, name, policy, **shared) for name in names]


async def test_the_notices_of_a_day_are_one_mail_and_each_invoice_has_its_own_copy(
    a_stage: Stage, tmp_path: Path
) -> None:
    both = await invoices(a_stage, digesting(tmp_path), "DIGEST-1", "DIGEST-2")
    await asyncio.gather(*(playing.to_day(-10) for playing in both))
    (mail,) = (await a_stage.companies.mail.books()).to("digest@bakery.example")
    assert (mail.copies, mail.subject) == (1, "2 notices about your account")
    for playing in both:
        assert playing.row.invoice in mail.text
        (copy,) = await a_stage.store.notices(playing.row.invoice)
        assert (copy.status, copy.content.subject) == ("delivered", "Customer Invoice")
        assert copy.digest in {"DIGEST-1:issue:0", "DIGEST-2:issue:0"}
        (done,) = (await playing.case()).done
        assert (done.step, done.kind, done.detail) == ("issue", "delivered", copy.id)
