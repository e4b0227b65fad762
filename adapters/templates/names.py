"""The names that templates may use; docs/notices.md says what each is."""

NAMES = frozenset((
    "amount", "archive_fee", "at_once", "backup_fee", "backups", "balance", "balance_today", "before_deletion",
    "card_ends", "card_last4", "card_over", "carried", "charge_on", "closures", "company", "contact", "deleted",
    "detail", "domain_help_url", "domains", "down", "due", "fee_today", "habit", "happened_on", "held_for", "help_url",
    "invoice", "lapsed", "level", "lines", "missed_on", "moved_days", "name", "named", "next_action", "next_step",
    "no_method", "no_paying", "overdue", "page", "page_url", "pay_url", "payments", "remaining", "restricted", "road",
    "services", "settled", "title", "untried", "warning", "what_is_next", "words",
))  # fmt: skip
"""In a notice, and in the words about what happens next."""
FRAME = frozenset(("brand", "browser_url", "dir", "foot", "hello", "intro", "lang", "paragraphs", "parts", "subject"))
"""Around a notice, besides."""
