"""The company's books as people read them: one row for each PaymentIntent that was confirmed, and all movements."""

from sandbox.payments.api.forms import Json
from sandbox.payments.books import Charge, Dispute, Hook, Movement, PaymentBooks, Refund
from sandbox.payments.clock import as_datetime


class Ledger:
    """Writes the books. `books` is what the control interface hands out."""

    def __init__(self) -> None:
        self.books = PaymentBooks()
        self._rows: dict[str, Charge] = {}
        self._posted: dict[str, Charge] = {}
        self._keyed: dict[str, Charge] = {}
        self._before: dict[str, Charge | None] = {}
        self._disputes: dict[str, Dispute] = {}
        self._hooks: dict[str, Hook] = {}

    def open(self, intent: Json, account: str, method: str, at: int, idempotency_key: str) -> Charge:
        """An attempt begins: a new row, or the intent's own again."""
        row = self._rows.get(intent["id"])
        self._before[intent["id"]] = row and row.model_copy()
        row = row or self._new_row(intent, account, at)
        row.status, row.code, row.message, row.method = "processing", "", "", method
        if idempotency_key:
            self._posted[idempotency_key] = row
        return row

    def _new_row(self, intent: Json, account: str, at: int) -> Charge:
        told = intent["metadata"]
        row = Charge(
            id=intent["id"],
            key=told.get("attempt", ""),
            account=account,
            invoice=told.get("invoice", ""),
            step=told.get("step", ""),
            amount=intent["amount"],
            currency=intent["currency"].upper(),
            at=as_datetime(at),
        )
        self._rows[row.id] = row
        self._keyed[row.key] = row
        self.books.charges.append(row)
        return row

    def undo(self, row: Charge, idempotency_key: str) -> None:
        """The attempt leaves no trace: the row is gone, or as it was before."""
        self._posted.pop(idempotency_key, None)
        if before := self._before[row.id]:
            for field in Charge.model_fields:
                setattr(row, field, getattr(before, field))
            return
        del self._rows[row.id]
        if self._keyed.get(row.key) is row:
            del self._keyed[row.key]
        self.books.charges[:] = [charge for charge in self.books.charges if charge is not row]

    def asked(self, idempotency_key: str) -> None:
        """Its key was posted once more."""
        if row := self._posted.get(idempotency_key):
            row.asked += 1

    def row(self, name: str) -> Charge | None:
        """The row of that PaymentIntent, or the latest of that attempt key."""
        return self._rows.get(name) or self._keyed.get(name)

    def arrived(self, intent: Json, charge: Json, at: int) -> None:
        """The money of that charge is here."""
        row = self._rows[intent["id"]]
        row.status, row.at = "succeeded", as_datetime(at)
        self._move("charge", charge["id"], row, charge["amount"], at)

    def underway(self, intent: Json) -> None:
        """A debit is in transit."""
        self._rows[intent["id"]].status = "pending"

    def failed(self, intent: Json, code: str, message: str, at: int) -> None:
        """No money came."""
        row = self._rows[intent["id"]]
        row.status, row.code, row.message, row.at = "declined", code, message, as_datetime(at)

    def refunded(self, refund: Json) -> None:
        """Money went back."""
        row, at = self._rows[refund["payment_intent"]], refund["created"]
        self.books.refunds.append(
            Refund(
                id=refund["id"],
                key=refund["metadata"].get("reprieve", ""),
                payment=row.id,
                amount=refund["amount"],
                currency=row.currency,
                at=as_datetime(at),
            )
        )
        self._move("refund", refund["id"], row, -refund["amount"], at)

    def refund_failed(self, refund: Json, at: int) -> None:
        """Money that went back came again."""
        row = self._rows[refund["payment_intent"]]
        self._move("refund_failed", refund["id"], row, refund["amount"], at)

    def disputed(self, dispute: Json) -> None:
        """The payer's bank took the money."""
        row, at = self._rows[dispute["payment_intent"]], dispute["created"]
        told = {key: dispute[key] for key in ("id", "amount", "reason", "status")}
        line = Dispute(payment=row.id, currency=row.currency, at=as_datetime(at), **told)
        self._disputes[line.id] = line
        self.books.disputes.append(line)
        self._move("dispute", line.id, row, -line.amount, at)

    def closed(self, dispute: Json, at: int) -> None:
        """A dispute is over."""
        line = self._disputes[dispute["id"]]
        line.status = dispute["status"]
        if line.status == "won":
            self._move("dispute_won", line.id, self._rows[line.payment], line.amount, at)

    def announced(self, event: str, kind: str, payment: str) -> None:
        """An event happened."""
        self._hooks[event] = Hook(id=event, type=kind, charge=payment)
        self.books.hooks.append(self._hooks[event])

    def hook(self, event: str) -> Hook:
        """What became of the event."""
        return self._hooks[event]

    def _move(self, kind: str, of: str, row: Charge, amount: int, at: int) -> None:
        told = {"key": row.key, "account": row.account, "invoice": row.invoice, "currency": row.currency}
        line = {"seq": len(self.books.journal) + 1, "kind": kind, "of": of, "payment": row.id, "amount": amount}
        self.books.journal.append(Movement.model_validate({**line, **told, "at": as_datetime(at)}))
