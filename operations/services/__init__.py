"""Services of accounts: holds of people, bringing panels and sites to what all holds ask for, and proving it."""
