"""Commands about invoices and their cases: list, look, find, notices, tickets. Staff's decisions are in `decisions`."""
