"""Activities that look at all accounts: the daily sweep and the hourly drift check."""
