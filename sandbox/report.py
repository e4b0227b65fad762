"""What the demo prints: each story day by day, whether it ended right, and where to look."""

from collections.abc import Sequence
from urllib.parse import quote

from dunning.describe import headline
from sandbox.diary import diary, waits_for
from sandbox.play import Life
from sandbox.stage import Stage
from sandbox.verdict import differences
from workflows.invoice import workflow_id


def tell(life: Life) -> None:
    """Print one story day by day."""
    print(f"\n{headline(life.case.invoice)} · {life.case.plan.policy}\n  {life.story.title}")
    for line in diary(life):
        print(f"    {line.text()}")
    waiting = waits_for(life)
    print(f"    {'still open; next: ' + waiting if waiting else 'over: ' + life.outcome}", flush=True)


def verdict(life: Life) -> bool:
    """Print and return whether the story ended as its file says."""
    wrong = differences(life)
    print(f"{'✗' if wrong else '✓'} {life.story.row.invoice} · {life.story.title}")
    for line in wrong:
        print(f"    {line}")
    return not wrong


def links(stage: Stage, lives: Sequence[Life], *, keep: bool) -> None:
    """Print where to look."""
    ui = f"{stage.server.ui}/namespaces/default/workflows"
    print("\nWhere to look" + ("" if keep else " (`make demo KEEP=1` leaves all of it up)"))
    print(f"  all cases                  {ui}")
    for query in ('State="awaiting-approval"', 'Policy="hotdoodle" AND State="paid"'):
        print(f"  {query:<26} {ui}?query={quote(query)}")
    for life in sorted(lives, key=lambda life: bool(life.outcome))[:1]:
        case = workflow_id(life.case.invoice.number)
        print(f"  {case:<26} {ui}/{case}/{life.run_id}/history")
    print(f"  mails                      {stage.addresses.mail}")
    print(f"  panel                      {stage.addresses.panel}", flush=True)
