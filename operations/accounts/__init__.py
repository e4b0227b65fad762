"""What people change of accounts: the account itself, its contacts, its services."""
