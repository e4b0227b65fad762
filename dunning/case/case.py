"""A case: all facts about one invoice while it is open. One frozen object; everything else is derived from it."""

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal

from dunning.calendar import local, local_date, shifted
from dunning.case.announced import Announcement
from dunning.case.exempt import Exempt, exemption_words, noted
from dunning.case.facts import Approval, Bounced, CardOnFile, Exemption, GiveBack, Recovery, Undo, UseCredit
from dunning.case.ledger import BROUGHT, FEES_AND_VOIDS, INVOICE, Entry, Kind, balance, credit_payment
from dunning.case.moved_in import MovedIn, elsewhere
from dunning.case.outcomes import AnswerOutcome, AttemptWord, Ended, Ending
from dunning.case.settled import last_settled
from dunning.level import Level
from dunning.money import Money
from dunning.policy.plan import Action, Invoice, Milestone, Plan
from dunning.wire import Instant, Wire


class Done(Wire):
    """A step that is over: what came of it, and when. `notice` is the title of the notice that it was.

    `proof` is what was seen of it from outside. `announced` is what its notice warned of.

    `undone`: the service was reinstated since; should money be owed again, the step comes again in its turn.
    """

    step: str
    action: Action
    at: Instant
    kind: Ended
    detail: str = ""
    notice: str = ""
    undone: bool = False
    proof: str = ""
    announced: Announcement | None = None


class Attempted(Wire):
    """The latest word on a charge attempt. `ask_at` is set while the money is on its way or its fate unknown.

    `at` is when that word came. `began` is when the first one did, so when the attempt was made: a debit that returns
    days later was made with the method of its first day. `final`: the payment method must not be tried again. The step
    of a payment that the customer began without us is a `StepKind.UNDERWAY`.
    """

    step: str
    kind: AttemptWord
    at: Instant
    began: Instant
    ask_at: Instant | None = None
    payment: str = ""
    message: str = ""
    final: bool = False


class Refusal(Wire):
    """A charge that the gateway refuses as malformed (`dunning.payments.refusals`): our mistake, and ours to mend.

    `times` it was tried so far, `reason` is what the gateway said last. It is tried again at `again_at`; None: only a
    person goes on. `left_out` says who left the charge out, and why.
    """

    step: str
    since: Instant
    times: int
    reason: str
    again_at: Instant | None
    left_out: str = ""


class Deferral(Wire):
    """A step put off until an instant, and why; it had been asked for at `at`.

    `waits_for`: news that had not reached the case, if that is why. `moved_days`: so many days more by outages.
    """

    step: str
    at: Instant
    until: Instant
    reason: str
    moved_days: int = 0
    waits_for: str = ""


class Unreadable(Wire):
    """A message that could not be decoded. It said "payment", so a person must look at it."""

    at: Instant
    signal: str
    text: str


class Hint(Wire):
    """Money that an unsigned message `name` told of (`dunning.rules.hints`): what it `said`, and its own `id` there.

    `payment` is the id of money that came, or is on its way; empty for money that was taken back or came again.
    """

    at: Instant
    name: str
    id: str
    payment: str = ""
    said: str = ""


class Answered(Wire):
    """What the caller of an update heard. The server forgets it with the run (`dunning.rules.answers`)."""

    update: str
    outcome: AnswerOutcome


class Decided(Wire):
    """What a person decided about the case, with the name and the reason that were given, if any."""

    at: Instant
    what: str
    by: str = ""
    reason: str = ""


class Followed(Wire):
    """The policy, and the version of its file, that the case followed until it was moved to another one."""

    until: Instant
    policy: str
    version: str


class UndoneRun(Wire):
    """A wrong run of ours that was undone (`dunning.undo.undo`), and all that came of it.

    `steps` come again in their turn, and `entries` are the fees, and the void by policy, that count no more; `fees` is
    their sum, `owed_again` what the void had struck out. `level` is what this invoice's hold asked for by it, `back_to`
    what it asks for again. `pending`: the step that was due and not done yet. `charges` and `deletions` of that time
    stand: money is returned by a refund, and nobody undoes a deletion.
    """

    undo: Undo
    at: Instant
    level: Level
    back_to: Level
    fees: Money
    owed_again: Money
    steps: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    pending: str = ""
    charges: tuple[str, ...] = ()
    deletions: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to undo."""
        return not (self.steps or self.entries or self.pending or self.deletions)


Reachability = Literal["outside", "inside"]
"""Whether a contact of the account is outside of its own services, or all are inside."""


class Case(Wire):
    """One open invoice.

    `shift_days` moves every step still to come: `due_days` by changed due dates, the others by the catch-up rule since
    the last of them. `level` is what this
    invoice's own hold asks for. `lapsed` means the policy voided the invoice: money for it is kept as credit.
    `reconsidered` are steps that a person let happen while they were being asked for: if they are put off, ask again.
    `refusals` are charges that the gateway calls malformed. `card` is what was on file when it was looked at last;
    `card_unknown`: the gateway could not say.
    `promise_reinstates`: whoever took the promise gave the service back until `promised_until`.
    `grace_until`: money was taken back by the reversal `grace_of`, and until then nothing happens to the customer.
    `runs` of ours were wrong and undone; until `held_until` nothing happens after the last of them, and this
    invoice's hold has to go down to `loosen_to` (None: it need not). `bounces` are the notices that came back.
    `credit_lines`: the account has credit, as it was told last (`dunning.payments.open_credit`); 0: never.
    `credit_asked` is what people had it pay, `given_back` what they gave back of payments. `decided` is all that people
    decided, and who they were.
    `exemptions` are all that were told; the last one counts.
    `reach` as in Opened. Warnings up to `unreached_at` reached nobody who can still be written to, so they warned
    nobody. `backups`: whether there are back-ups of what was deleted; None: nobody can say. `cancellations`: so often
    somebody asked the server to cancel the workflow; `recoveries`: it was ended there, and taken up again. `revision`
    grows by one with every fact (`dunning.case.update`), also when a closed case goes on. `generation` is this life's,
    as the store issued it (`dunning.case.fence`). `moved_in`: another system dunned the invoice before. `replans` are
    the policies that it followed before. `hints` is money that was told of without a signature; `heard` the ids of the
    signatures under which it was told something, the latest last.
    """

    invoice: Invoice
    plan: Plan
    opened_at: Instant
    entries: tuple[Entry, ...]
    reach: Reachability
    generation: int
    done: tuple[Done, ...] = ()
    attempts: tuple[Attempted, ...] = ()
    approvals: tuple[Approval, ...] = ()
    deferrals: tuple[Deferral, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    card: CardOnFile | None = None
    card_unknown: bool = False
    reconsidered: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    hints: tuple[Hint, ...] = ()
    heard: tuple[str, ...] = ()
    level: Level = Level.ACTIVE
    lifted: bool = False
    remaining_holds: tuple[str, ...] = ()
    shift_days: int = 0
    due_days: int = 0
    due_changes: int = 0
    replans: tuple[Followed, ...] = ()
    due_changed_at: Instant | None = None
    promised_until: Instant | None = None
    promise_reinstates: bool = False
    method_changed_at: Instant | None = None
    method_changes: int = 0
    grace_until: Instant | None = None
    grace_of: str = ""
    runs: tuple[UndoneRun, ...] = ()
    held_until: Instant | None = None
    exemptions: tuple[Exempt, ...] = ()
    loosen_to: Level | None = None
    bounces: tuple[Bounced, ...] = ()
    credit_lines: int = 0
    credit_asked: tuple[UseCredit, ...] = ()
    given_back: tuple[GiveBack, ...] = ()
    unreached_at: Instant | None = None
    backups: bool | None = None
    lapsed: bool = False
    voided: str = ""
    renewed: bool = False
    answered: tuple[Answered, ...] = ()
    cancellations: int = 0
    recoveries: tuple[Recovery, ...] = ()
    decided: tuple[Decided, ...] = ()
    moved_in: MovedIn | None = None
    revision: int = 0

    @cached_property
    def balance(self) -> Money:
        """What is owed now; negative when too much was paid."""
        return balance(self.entries, self.invoice.amount.currency)

    @cached_property
    def paid_up(self) -> bool:
        """Nothing is owed, so nothing may happen to the customer any more."""
        return self.balance.minor <= 0 and not self.lapsed

    @cached_property
    def settled_at(self) -> int:
        """After how many lines of the ledger nothing was owed for the last time; 0: never."""
        return last_settled(self.entries)

    @cached_property
    def steps_done(self) -> dict[str, Done]:
        """The steps that are over, by name."""
        return {done.step: done for done in self.done if not done.undone}

    @cached_property
    def places(self) -> dict[str, tuple[int, ...]]:
        """Where in the ledger the lines of an id stand; a payment may have the id of a line of ours."""
        found: dict[str, tuple[int, ...]] = {}
        for place, entry in enumerate(self.entries):
            found[entry.id] = (*found.get(entry.id, ()), place)
        return found

    @cached_property
    def fees(self) -> tuple[int, ...]:
        """Where in the ledger the fees and voids stand."""
        return tuple(place for place, entry in enumerate(self.entries) if entry.kind in FEES_AND_VOIDS)

    @cached_property
    def next_milestone(self) -> Milestone | None:
        """The first milestone of the plan that is not over."""
        return next((m for m in self.plan.milestones if m.name not in self.steps_done), None)

    @cached_property
    def next_beside_notices(self) -> Milestone | None:
        """The same, but for what is nothing else than a notice."""
        names = self.steps_done
        return next((m for m in self.plan.milestones if m.name not in names and m.action is not Action.NOTIFY), None)

    @cached_property
    def in_transit(self) -> Attempted | None:
        """The attempt whose end is not known yet; of several, the one to ask about first."""
        return min((a for a in self.attempts if a.ask_at), key=lambda a: a.ask_at or a.at, default=None)

    @cached_property
    def outcome(self) -> Ending:
        """How the case ends if nothing more happens; empty while it goes on."""
        if self.renewed:
            return "renewed"
        if self.voided:
            return "void"
        if self.paid_up:
            return "paid" if (self.payments or self.carried) and not self._ended_by_waiver else "waived"
        return "deleted" if self.level is Level.DELETED and self.next_milestone is None else ""

    @cached_property
    def payments(self) -> tuple[Entry, ...]:
        """Payments that count, oldest first."""
        return tuple(entry for entry in self.entries if entry.kind is Kind.PAYMENT)

    @property
    def _ended_by_waiver(self) -> bool:
        """Whether the last that was done about the balance is that the invoice itself was waived."""
        settles = (Kind.PAYMENT, Kind.CARRIED, Kind.RESTORED, Kind.WAIVER)
        last = next((e for e in reversed(self.entries) if e.kind in settles), None)
        return bool(last and last.kind is Kind.WAIVER and last.of == INVOICE)

    @cached_property
    def carried(self) -> tuple[Entry, ...]:
        """Rests that went to the account's next invoice."""
        return tuple(entry for entry in self.entries if entry.kind is Kind.CARRIED)

    @cached_property
    def payment_places(self) -> dict[str, int]:
        """Where among the payments each one stands, by its id."""
        return {entry.id: place for place, entry in enumerate(self.payments)}

    @property
    def exempt_until(self) -> datetime | None:
        """Before this nobody is restricted for the invoice; None when nobody ever said so."""
        return self.exemptions[-1].until if self.exemptions else None

    @property
    def hour(self) -> time:
        """The local time at which the plan's steps come."""
        return next((local(m.at, self.plan.zone).time() for m in self.plan.milestones), time(0))

    def when(self, milestone: Milestone) -> datetime:
        """The milestone's instant, shifts included."""
        return shifted(milestone.at, self.shift_days, self.plan.zone)

    def today(self, now: datetime) -> date:
        """The account's local date."""
        return local_date(now, self.plan.zone)

    def overdue_days(self, now: datetime) -> int:
        """Calendar days past the due date while something is payable, else 0."""
        return 0 if self.paid_up or self.lapsed else max(0, (self.today(now) - self.invoice.due).days)


class Opened(Wire):
    """The workflow's input: the invoice and the plan that it will keep.

    `generation` is issued by the store for the life that begins; another run of the same life keeps it. `credit` of the
    account pays for it from the start, and what earlier invoices left (`carried`) is owed with it. `case` is all that
    was known before: it goes on from there in its next run, or, when it was closed, because money for it moved again.
    `reach` is where the account's contacts were when it was opened. `exempt` is how long the account is exempt, or the
    last word on that when the case goes on. `moved_in`: another system dunned it before.
    """

    invoice: Invoice
    plan: Plan
    reach: Reachability
    generation: int
    credit: Money | None = None
    carried: Money | None = None
    moved_in: MovedIn | None = None
    case: Case | None = None
    exempt: Exemption | None = None


def going_on(case: Case, generation: int, exempt: Exemption | None = None) -> Opened:
    """The input of a workflow that takes a case over as it is: in its next run, or, in another life, after its end.

    `exempt` is what a closed one could not hear.
    """
    return Opened(
        invoice=case.invoice, plan=case.plan, case=case, reach=case.reach, generation=generation, exempt=exempt
    )


def open_case(opened: Opened, now: datetime) -> Case:
    """A new case, or one that goes on. Its first entries: the invoice's amount, what earlier ones left, its credit.

    A notice that belongs before the due date and whose day was over before the case was opened is left out: it would
    only come together with the invoice. Everything else still happens.
    """
    if opened.case:
        return _exempted(opened.case.model_copy(update={"generation": opened.generation}), opened.exempt, now)
    entries = (Entry(id=INVOICE, kind=Kind.INVOICE, amount=opened.invoice.amount, at=now),)
    if opened.carried and opened.carried.minor > 0:
        entries = (*entries, Entry(id=BROUGHT, kind=Kind.BROUGHT, amount=opened.carried, at=now))
    if opened.credit and opened.credit.minor > 0:
        paid = Entry(
            id=credit_payment(opened.invoice.number), kind=Kind.PAYMENT, amount=opened.credit, at=now, note="credit"
        )
        entries = (*entries, paid)
    case = Case(
        invoice=opened.invoice,
        plan=opened.plan,
        opened_at=now,
        entries=entries,
        reach=opened.reach,
        generation=opened.generation,
        moved_in=opened.moved_in,
    )
    # Asked of a copy: what is derived of the case stays with whom it was derived for.
    begun: dict[str, object] = {"done": missed_notices(case.model_copy(), now)}
    if moved := opened.moved_in:
        begun = {"done": _elsewhere(case, moved, now), "level": moved.level}
    return _exempted(case.model_copy(update=begun), opened.exempt, now)


def _exempted(case: Case, fact: Exemption | None, now: datetime) -> Case:
    after = noted(case.exemptions, fact, now, case.hour, case.plan.zone) if fact else case.exemptions
    if fact is None or after is case.exemptions:
        return case
    decided = Decided(at=now, what=exemption_words(fact), by=fact.by, reason=fact.reason)
    told = {"exemptions": after, "decided": (*case.decided, decided), "revision": case.revision + 1}
    return case.model_copy(update=told)


def _elsewhere(case: Case, moved: MovedIn, now: datetime) -> tuple[Done, ...]:
    return tuple(
        Done(step=each.milestone.name, action=each.milestone.action, at=now, kind=each.kind, detail=each.why)
        for each in elsewhere(case.plan, moved)
    )


def missed_notices(case: Case, now: datetime) -> tuple[Done, ...]:
    """Notices from before the due date that warn of nothing and whose day was over before anybody could send them."""
    return tuple(
        Done(step=m.name, action=m.action, at=now, kind="skipped", detail="its day was over")
        for m in case.plan.milestones
        if m.action is Action.NOTIFY and _is_early(case, m) and case.when(m) < now and m.name not in case.steps_done
    )


def _is_early(case: Case, milestone: Milestone) -> bool:
    """Whether the plan has it before the due date, and before the end of the time that is paid for."""
    first = min(case.invoice.due, case.invoice.paid_through or case.invoice.due)
    return milestone.day < (first - case.invoice.due).days


LATE = timedelta(hours=1)
"""Lateness up to this moves nothing; the guard on each warning's own interval still holds to the second."""
