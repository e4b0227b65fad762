"""Commands about accounts and their services."""
