"""How long what is kept is kept, and what the law lets stay of a customer who is erased."""
