"""News that must not get lost: taken, kept before it is answered, delivered to its case."""
