"""What outlives a case: accounts, books, payments, inbox, mail. What a running case knows is in `case`."""
