"""Activities that write to people: notices, digests, tickets."""
