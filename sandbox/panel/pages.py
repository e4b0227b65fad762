"""The panel's page for people: its services and their journal."""

from sandbox.html import page, table
from sandbox.panel.books import PanelBooks


def panel_page(books: PanelBooks) -> str:
    """Services with their state, and the journal, newest change first."""
    services = [
        (s.user, f"{s.level}, locked" if s.locked else s.level, s.tag, "yes" if s.backups else "no")
        for s in books.services
    ]
    journal = [(str(c.seq), c.user, c.before, c.after, c.tag, c.by) for c in reversed(books.journal)]
    body = [
        "<h1>Sandbox panel</h1>",
        "<p>Interfaces: WHM (<code>/json-api/</code>), HestiaCP (<code>/api/</code>) and a signed one (POST here).</p>",
        "<h2>Services</h2>",
        table(("User", "State", "Reason", "Back-ups"), services),
        "<h2>Journal</h2>",
        table(("No.", "User", "From", "To", "Reason", "By"), journal),
    ]
    return page("Sandbox panel", body)
