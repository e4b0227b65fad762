"""All that a money command may write about an invoice, to see that a refused one wrote nothing."""

from typing import NamedTuple

from dunning.case.case import Case
from dunning.names import workflow_id
from dunning.records.carried import Carried
from dunning.records.claims import TakenBackNews
from dunning.records.credit import Credit
from dunning.tickets.ticket import Ticket
from sandbox.stage.stage import Stage
from sandbox.story.play import at_rest
from workflows.invoice import InvoiceDunning


class Written(NamedTuple):
    """The case with all its facts, and what the store has beside it."""

    case: Case | None
    told: tuple[TakenBackNews, ...]
    credits: tuple[Credit, ...]
    carried: tuple[Carried, ...]
    tickets: tuple[Ticket, ...]


async def written(stage: Stage, number: str, account: str) -> Written:
    """Read it all, past the command line, once the case does nothing more."""
    client, store = await stage.connect(), stage.store
    await at_rest(client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(number)))
    made = stage.made(client)
    return Written(
        await made.look.case(number),
        await store.remembered(number),
        await store.credits(account),
        await store.carried(account),
        tuple(await store.tickets(account)),
    )
