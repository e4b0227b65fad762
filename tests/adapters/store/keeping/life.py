"""A customer through whose life every table got a row, with a secret in every text that may hold one."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import CHAR, JSON, BigInteger, Boolean, Column, Date, Integer, LargeBinary, Table, insert

from adapters.store import SqlStore
from adapters.store.database.types import StoredText, UtcInstant
from adapters.store.tables import metadata
from dunning.case.announced import Announced, Announcement
from dunning.case.case import Attempted, Case, Decided, Deferral, Done, Refusal, UndoneRun, Unreadable, open_case
from dunning.case.facts import Approval, Bounced, CardOnFile, GiveBack, Recovery, Reversal, Undo, UseCredit
from dunning.case.ledger import Entry, Kind
from dunning.case.orders import CloseOrder
from dunning.case.snapshot import packed
from dunning.case.update import changed
from dunning.level import Level
from dunning.line import Line
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.records.processor_subscriptions import ProcessorSubscription
from dunning.records.processor_subscriptions import Terms as AtProcessor
from dunning.subscriptions.schedule import anchored
from dunning.subscriptions.subscription import Lead, NotOpened, Subscription, Terms, Told
from tests.dunning import examples

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DUE = date(2026, 6, 1)
USD = Money.parse("USD 19.99")
NOBODYS = ("audit", "series", "staff", "windows", "outages")


class Life:
    """Rows of one customer. `tag` makes keys that may stay, `secret` is what has to go: name, address, words."""

    def __init__(self, tag: str, secret: str) -> None:
        self.tag, self.secret = tag, secret
        self.account, self.invoice = f"acct-{tag}", f"INV-{tag}"
        self.email = f"{secret}@home.example"
        self.payer = f"cus_{secret}"
        self.service = f"sandbox:{secret}:website"
        self.notice, self.ticket = f"{self.invoice}:issue:0", f"{self.invoice}:late-payment"

    def case(self) -> Case:
        """Give a case that has every kind of words."""
        its = self.secret
        who: dict[str, Any] = {"by": f"{its} on the phone", "reason": f"asked by {its}"}
        opened = examples.opened("hotdoodle", due=DUE, number=self.invoice, account=self.account, customer=f"Ms {its}")
        lines = (Line(text=f"Hosting of {its}", amount=USD),)
        invoice = opened.invoice.model_copy(update={"pays_for": (self.service,), "lines": lines})
        case = open_case(opened.model_copy(update={"invoice": invoice}), AT)
        undo = Undo(id="u", since=AT, until=AT, **who)
        run = UndoneRun(
            undo=undo,
            at=AT,
            level=Level.ACTIVE,
            back_to=Level.ACTIVE,
            fees=USD,
            owed_again=USD,
            deletions=(self.service,),
        )
        return changed(
            case,
            entries=(
                Entry(id="invoice", kind=Kind.INVOICE, amount=USD, at=AT),
                Entry(id=f"pi_{self.tag}", kind=Kind.PAYMENT, amount=USD, at=AT, note=f"card of {its}"),
            ),
            done=(
                Done(
                    step="issue",
                    action=Action.ISSUE,
                    at=AT,
                    kind="delivered",
                    detail=f":issue:0 {self.email}",
                    proof=its,
                ),
            ),
            attempts=(Attempted(step="charge", kind="declined", at=AT, began=AT, message=f"{its} has no money"),),
            approvals=(Approval(milestone="delete", by=who["by"]),),
            deferrals=(Deferral(step="lock", at=AT, until=AT, reason=its),),
            refusals=(Refusal(step="charge", since=AT, times=1, reason=its, again_at=None, left_out=its),),
            card=CardOnFile(id="card-1", last4="4242"),
            unreadable=(Unreadable(at=AT, signal="payment_received", text=its),),
            remaining_holds=(f"panel:{self.service}",),
            bounces=(Bounced(notice=self.notice, at=AT, reason="5.1.1"),),
            credit_asked=(UseCredit(id="c", **who),),
            given_back=(GiveBack(id="g", payment=f"pi_{self.tag}", amount=USD, **who),),
            recoveries=(Recovery(at=AT, how="terminated", **who),),
            decided=(Decided(at=AT, what="promise to pay until 2026-07-01 taken", **who),),
            runs=(run,),
            voided=f"{its} never ordered it",
        )

    def order(self) -> CloseOrder:
        """Give its closed books."""
        case = self.case()
        names: dict[str, Any] = {"invoice": self.invoice, "account": self.account, "step": "close", "at": AT}
        return CloseOrder(case=case, outcome="void", snapshot=packed(case), **names)

    def subscription(self) -> Subscription:
        """Give one that ended."""
        terms = Terms(policy="hotdoodle", lines=(Line(text=self.secret, amount=USD),), pays_for=(self.service,))
        return Subscription(
            id=f"S-{self.tag}",
            account=self.account,
            terms=terms,
            schedule=anchored(DUE, "monthly"),
            lead=Lead(days=0, hour=AT.time(), zone="UTC"),
            began=DUE,
            number=1,
            ended="cancelled",
            refused=NotOpened(reason=self.secret, again_at=AT),
            told=(Told(at=AT, text=f"cancelled at once ({self.secret}: why)"),),
        )

    def linked(self) -> ProcessorSubscription:
        """Give a subscription of PayPal's that pays no more."""
        terms = AtProcessor(status="cancelled")
        return ProcessorSubscription(
            id=f"I-{self.tag}", account=self.account, counts_from=AT, linked_by=self.secret, terms=terms, looked_at=AT
        )

    def values(self) -> dict[str, dict[str, Any]]:
        """What may not be just words, by table."""
        back = Reversal(id="r", payment=f"pi_{self.tag}", amount=USD, at=AT, reason=f"returned by {self.secret}")
        announced = Announcement(steps=(Announced(step="lock", at=AT),), lines=1, due_changes=0, exemptions=0)
        linked = self.linked()
        return {
            "accounts": {
                "id": self.account, "name": f"Ms {self.secret}", "zone": "Europe/Berlin",
                "locale": "de_DE", "payer": self.payer, "brand": "",
                "merged_into": None, "erased_at": None, "erased_by": "",
            },
            "account_changes": {"by": f"told by {self.secret}"},
            "payers": {"payer": self.payer},
            "contacts": {"email": self.email, "bounced_at": AT},
            "services": {
                "id": self.service, "kind": "website", "panel": "sandbox", "user": self.secret,
                "aliases": [f"www.{self.secret}.example"],
            },
            "holds": {"service": self.service, "source": self.invoice, "level": "deleted"},
            "invoices": {"number": self.invoice, "policy": "hotdoodle", "status": "closed", "pays_for": [self.service]},
            "notices": {
                "id": self.notice, "recipient": self.email, "template": "issue@1", "status": "delivered",
                "message_id": f"<{self.tag}@hosting.example>", "digest": "",
                "announced": announced.model_dump(mode="json"),
            },
            "charge_attempts": {"key": f"{self.invoice}:charge:1", "outcome": "declined", "payment": f"pi_{self.tag}"},
            "credits": {"id": f"{self.invoice}:late:1", "amount": 0},
            "carried": {"id": f"{self.invoice}:carried", "amount": 0, "reason": f"left by {self.invoice}"},
            "counted": {"payment": f"pi_{self.tag}", "place": ""},
            "taken_back": {"kind": "reversal", "id": "r", "body": back.model_dump_json()},
            "tickets": {"key": self.ticket, "kind": "late-payment", "department": "Billing", "notice": self.notice},
            "closed_ledgers": {
                "customer": f"Ms {self.secret}", "outcome": "void", "policy": "hotdoodle", "level": "active",
                "order": self.order().model_dump_json(),
            },
            "consents": {"id": f"cs_{self.tag}"},
            "inbox": {"source": "stripe", "id": f"evt_{self.tag}", "outcome": "applied", "payer": self.payer},
            "inbound_mails": {
                "id": f"<{self.secret}@mail>", "sender": self.email.upper(), "outcome": "ticket", "notice": self.notice,
                "ticket": self.ticket, "raw": f"From: {self.email}\n\nI am {self.secret}\n".encode(),
            },
            "consequences": {
                "key": f"{self.invoice}:suspend", "action": "suspend", "status": "allowed", "incident": "",
            },
            "effects": {"service": self.service, "wanted": "active", "shown": "active"},
            "subscriptions": {
                "id": f"S-{self.tag}", "policy": "hotdoodle", "period": "monthly", "ended": "cancelled",
                "snapshot": self.subscription().model_dump_json(),
            },
            "renewals": {"subscription": f"S-{self.tag}", "number": 1},
            "put_off": {
                "window": "w", "step": "charge", "action": "charge", "place": len(self.tag),
                "opening": AT.replace(microsecond=sum(self.tag.encode()) % 1000),
            },
            "processor_subscriptions": {
                "id": linked.id, "subscription": "", "status": "cancelled", "snapshot": linked.model_dump_json(),
            },
            "processor_sales": {"id": f"sale_{self.tag}", "subscription": linked.id},
        }  # fmt: skip

    def row(self, table: Table) -> dict[str, Any]:
        """Give its row of that table."""
        values = self.values().get(table.name, {})
        return {
            column.name: values[column.name] if column.name in values else self._value(column) for column in table.c
        }

    def _value(self, column: Column[Any]) -> Any:
        ids = {"account": self.account, "invoice": self.invoice, "currency": "USD"}
        by_type: dict[type, Any] = {
            UtcInstant: AT, Date: DUE, CHAR: "USD", JSON: [f"words of {self.secret}"], LargeBinary: b"", Boolean: False,
            BigInteger: 1, Integer: 0, StoredText: f"words of {self.secret}",
        }  # fmt: skip
        return ids.get(column.name) or next(of for kind, of in by_type.items() if isinstance(column.type, kind))


def nobodys(table: Table) -> dict[str, Any]:
    """Give a row that is no customer's."""
    return Life("nobody", "nobody").row(table)


async def put(store: SqlStore, *lives: Life) -> None:
    """Put each life's row into each table, the open cases aside: a life is over."""
    async with store._writing() as connection:
        for table in metadata.sorted_tables:
            if table.name == "open_cases":
                continue
            rows = [nobodys(table)] if table.name in NOBODYS else [each.row(table) for each in lives]
            await connection.execute(insert(table), rows)
