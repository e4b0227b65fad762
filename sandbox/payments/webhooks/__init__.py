"""Events, and their delivery to the merchant."""
