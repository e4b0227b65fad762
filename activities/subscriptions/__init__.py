"""The work of a subscription: opening its invoices, and noting it for people."""
