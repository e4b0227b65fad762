"""`notices`: all notices of a policy as files, and each notice that was sent as it was sent."""

from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from adapters.store import SqlStore
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.records.mail import NoticeCopy, NoticeText
from tests.cli.command import Operate

AT = datetime(2026, 12, 6, 14, tzinfo=UTC)
COPY = NoticeCopy(
    id="INV-1:first-overdue:0",
    invoice="INV-1",
    account="bakery",
    recipient="anna@bakery.example",
    at=AT,
    content=NoticeText(
        subject="First Invoice Overdue Notice", text="Hello Anna,\n", html="<p>Hello</p>", template="t@1"
    ),
    status="delivered",
    detail="250 2.0.0 Ok: queued as 7",
    message_id="<n@hosting.example>",
    reply_to="no-reply@hosting.example",
)


@pytest.fixture
async def kept(store: SqlStore) -> None:
    for name in ("bakery", "butcher"):
        await store.put_account(Account(id=name, name="Example"))
    await store.open_invoice(KnownInvoice(number="INV-9", account="butcher", policy="p", due=date(2026, 12, 1)))
    await store.put_notice(COPY)
    await store.put_notice(COPY.model_copy(update={"id": "hold:abuse:0", "invoice": "", "status": "refused"}))


@pytest.mark.req("S1-21")
@pytest.mark.usefixtures("kept")
async def test_show_prints_what_the_customer_saw_and_what_became_of_it(offline: Operate) -> None:
    said = await offline("notices", "show", COPY.id)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "Notice:     INV-1:first-overdue:0",
        "Subject:    First Invoice Overdue Notice",
        "To:         anna@bakery.example",
        "Reply-To:   no-reply@hosting.example",
        "Time:       2026-12-06 14:00:00Z",
        "Template:   t@1",
        "Result:     delivered 250 2.0.0 Ok: queued as 7",
        "Message-ID: <n@hosting.example>",
        "",
        "Hello Anna,",
        "",
    ]
    assert (await offline("notices", "show", COPY.id, "--html")).out == "<p>Hello</p>\n"
    assert NoticeCopy.model_validate((await offline("notices", "show", COPY.id, "--json")).json) == COPY


@pytest.mark.req("S1-21")
@pytest.mark.usefixtures("kept")
async def test_list_takes_an_invoice_or_an_account(offline: Operate) -> None:
    of_invoice = await offline("notices", "list", "INV-1")
    assert COPY.id in of_invoice.out
    assert "hold:abuse:0" not in of_invoice.out
    of_account = (await offline("notices", "list", "bakery", "--json")).json
    assert [copy["id"] for copy in of_account] == [COPY.id, "hold:abuse:0"]
    assert (
        (await offline("notices", "list", "butcher")).out
        == (await offline("notices", "list", "INV-9")).out
        == "no notices\n"
    )


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("words", [("show", "INV-1:lost:0"), ("list", "INV-404")])
async def test_what_is_not_there_is_said_so(offline: Operate, words: tuple[str, str]) -> None:
    said = await offline("notices", *words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"starter: {words[1]}: there is no such")


async def test_preview_writes_every_notice_three_times_and_an_index(offline: Operate, tmp_path: Path) -> None:
    out = tmp_path / "seen"
    words = ("--policy", "courtesy-5-10-35", "--locale", "de_DE", "--due", "2026-12-01", "--out", str(out))
    said = await offline("notices", "preview", *words)
    assert (said.status, said.err) == (0, "")
    texts, mails = sorted(out.glob("*.txt")), sorted(out.glob("*.eml"))
    assert said.out == f"{len(texts)} notices; look at {out / 'index.html'}\n"
    assert (
        [path.stem for path in texts]
        == [path.stem for path in mails]
        == sorted(path.stem for path in out.glob("*.html") if path.stem != "index")
    )
    index = (out / "index.html").read_text()
    assert all(f'href="{path.name}"' in index for path in (*texts, *mails))
    mail = message_from_bytes(mails[0].read_bytes(), policy=policy.default)
    assert (mail["Subject"], mail["Reply-To"]) == ("Ihre Rechnung", "no-reply@hosting.example")
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == texts[0].read_text().strip()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--policy", "nobody"), "nobody"),
        (("--policy", "hotdoodle", "--due", "soon"), "--due"),
        (("--policy", "hotdoodle", "--locale", "../../../tmp/x"), "--locale"),
        (("--policy", "hotdoodle", "--locale", "xx_YY"), "--locale"),
        (("--policy", "hotdoodle", "--out", "/dev/null/x"), "--out"),
    ],
)
async def test_preview_refuses_in_plain_words(offline: Operate, words: tuple[str, ...], why: str) -> None:
    said = await offline("notices", "preview", *words)
    assert said.status == 2
    assert why in said.err
    assert "Traceback" not in said.err
