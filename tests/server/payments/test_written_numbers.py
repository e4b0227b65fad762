"""An invoice's number as its house writes it, with slash, hash and space: from the file to paid on the pay page."""

import asyncio
import re
from html import unescape
from pathlib import Path

import httpx2

from dunning.names import workflow_id
from sandbox.mail.books import Message
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, in_days
from tests.portal.pages.test_pay import text_of
from tests.server.payments.test_back import at_end, back, counted, links

NUMBER = "INV/2026 #7"
FILE = f"""Invoice;Account;Customer;Email;Amount;Due;Policy;User
{NUMBER};written;Written & Co;written@post.example;USD 19,99;{{due:%d.%m.%Y}};a-small-orange;written
{NUMBER}/b;written;;;USD 5,00;{{before:%d.%m.%Y}};a-small-orange;written
"""


async def test_a_number_is_whole_from_the_file_to_the_page_on_which_it_is_paid(
    open_stage: Stage, typed: Operate, tmp_path: Path
) -> None:
    file = tmp_path / "as people have it.csv"
    file.write_text(FILE.format(due=in_days(3), before=in_days(-2)), encoding="utf-8-sig")
    said = await typed(open_stage, "start", str(file), "--dates", "DD.MM.YYYY", "--decimal-comma")
    assert said == (0, "2 started, 0 already running, 0 already closed, 0 bad, 0 failed\n", "")
    mail = await first_mail(open_stage, NUMBER)
    # It says when it was given out, to the second: so it is the mail's own.
    (link,) = [
        line for line in mail.text.splitlines() if line.startswith(f"{open_stage.portal_url}/pay/INV%2F2026%20%237?s=")
    ]
    assert f'href="{link}"' in mail.html
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        page = await http.get(link)
        assert f"Invoice {NUMBER}" in text_of(page.text)
        other = await http.get(str(page.url.join(action(page, "href", "7%2Fb"))))
        assert f"Invoice {NUMBER}/b" in text_of(other.text), "the account's other invoice is a step away"
        for_card = page.url.join(action(page, "action", "/method"))
        led = await http.post(str(for_card), data={"s": links(open_stage).signature(NUMBER), "consent": "1"})
        assert (led.status_code, "/c/" in led.headers["location"]) == (303, True)
        pressed = await http.post(
            str(page.url.join(action(page, "action", '7"'))), data={"s": links(open_stage).signature(NUMBER)}
        )
        end = await at_end(await back(pressed.headers["location"], http), http)
        assert f"Invoice {NUMBER} is paid." in text_of(end.text)
        receipt = await http.get(str(page.url).replace("?", "/why?"))
        assert receipt.json()["invoice"] == NUMBER
    client = await open_stage.connect()
    assert await client.get_workflow_handle(workflow_id(NUMBER)).result() == "paid"
    assert await counted(open_stage, NUMBER) == 1
    shown = await typed(open_stage, "show", NUMBER)
    assert (shown.status, NUMBER in shown.out) == (0, True)


async def first_mail(on: Stage, number: str) -> Message:
    async with asyncio.timeout(30):
        while True:
            for message in (await on.companies.mail.books()).messages:
                if f"Invoice:       {number}" in message.text.splitlines():
                    return message
            await asyncio.sleep(0.1)


def action(page: httpx2.Response, attribute: str, part: str) -> str:
    """The first address of the page with that part in it, as a browser reads it."""
    found = re.findall(rf'{attribute}="[^"]*"', page.text)
    (first, *_) = [each for each in found if part in each]
    return unescape(first.partition('"')[2].rstrip('"'))
