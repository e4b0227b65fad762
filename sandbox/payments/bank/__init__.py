"""The bank behind the cards and accounts: which payments succeed, fail or take days."""
