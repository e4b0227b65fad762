"""The account turns out to be a second one of the same customer, and is merged into the first, whose site stays up."""

from dunning.records.accounts import Account, Contact, Service
from tests.chaos.drawn import Act
from tests.chaos.life import KIND, Life
from tests.chaos.seen import Seen


async def merges(life: Life, act: Act) -> None:
    """Into an account that has a service of its own, and owes nothing; refused while a person holds this one whole."""
    into, user = f"{life.account}-first", f"{life.users[0]}first"
    if life.owner == into:
        return
    service = Service(id=life.service(user), account=into, panel=life.drawn.panel, user=user, kind=KIND)
    contact = Contact(account=into, email=life.email)
    first = Account(id=into, name="Drawn Bakery", contacts=(contact,), services=(service,))
    await life.persist(lambda: life.world.stage.store.put_account(first))
    merge = life.made.merging.merge
    for _ in range(2 if act.twice else 1):
        await life.attempt(f"merged into {into}", lambda: merge(life.account, into, "ana", "signed up twice"))
    if await life.persist(lambda: life.made.merging.is_done(life.account, into)):
        life.owner, life.told.merged = into, user


def restricted_for_another(seen: Seen) -> list[str]:
    """Nothing that the account owed touches the service of the account into which it was merged."""
    user, told = seen.life.told.merged, seen.life.told
    changes = seen.panel.changes(user) if user and not told.ever_held else ()
    wrong = [f"{user} became {each.after}, and nothing was owed for it" for each in changes if each.after != "active"]
    for number, case in seen.cases.items() if user else ():
        if number in seen.open and case.invoice.account != seen.life.owner:
            wrong.append(f"{number} has not heard that it is {seen.life.owner}'s")
    return wrong
