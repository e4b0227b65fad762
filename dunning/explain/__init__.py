"""A case in words, for people. Nothing here decides."""
