"""What the company remembers: its collections, ids, balance and ledger."""
