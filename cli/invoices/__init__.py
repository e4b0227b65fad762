"""Commands about invoices and their cases: start, look, pay. What staff decides about them is in `decisions`."""
