"""What people see of the sandbox, and how its control interfaces answer mistakes."""

import smtplib

import httpx2
import pytest

from sandbox.companies import Sandbox


async def read(url: str) -> str:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.get(url)).raise_for_status().text


async def test_the_panel_shows_services_and_journal(sandbox: Sandbox):
    await sandbox.panel.put("page<1>", "suspended", "non-payment")
    page = await read(sandbox.addresses.panel)
    assert "<td>page&lt;1&gt;</td><td>suspended</td><td>non-payment</td><td>yes</td>" in page
    assert "<td>active</td><td>suspended</td><td>non-payment</td>" in page


async def test_mail_is_listed_and_its_html_is_caged(sandbox: Sandbox):
    host, port = sandbox.addresses.smtp.split(":")
    body = "Subject: <Hi>\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n"
    with smtplib.SMTP(host, int(port)) as client:
        client.sendmail("a@b.example", ["Page@C.example"], body)
    (message,) = (await sandbox.mail.books()).to("page@c.example")
    listed = await read(sandbox.addresses.mail)
    assert f'<a href="/messages/{message.number}">&lt;Hi&gt;</a>' in listed
    page = await read(f"{sandbox.addresses.mail}/messages/{message.number}")
    assert "<iframe sandbox " in page
    assert "<script>" not in page
    assert '"subject":"<Hi>"' in await read(f"{sandbox.addresses.mail}/messages.json")


async def test_mail_without_an_id_is_never_taken_for_a_copy(sandbox: Sandbox):
    host, port = sandbox.addresses.smtp.split(":")
    with smtplib.SMTP(host, int(port)) as client:
        for _ in range(2):
            client.sendmail("a@b.example", ["noid@c.example"], "Subject: x\r\n\r\ny\r\n")
    assert [message.copies for message in (await sandbox.mail.books()).to("noid@c.example")] == [1, 1]


@pytest.mark.parametrize("name", ["payments", "panel", "mail"])
async def test_a_mistyped_behaviour_is_refused(sandbox: Sandbox, name: str):
    with pytest.raises(httpx2.HTTPStatusError, match="400"):
        await getattr(sandbox, name).script("X", "tpyo")


async def test_forgetting_drops_scripts_but_not_books(sandbox: Sandbox):
    await sandbox.panel.put("forgetful", "locked")
    await sandbox.panel.script("forgetful", "lie", times=None)
    await sandbox.forget()
    await sandbox.panel.put("forgetful", "active")
    assert len((await sandbox.panel.books()).changes("forgetful")) == 2
