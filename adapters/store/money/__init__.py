"""Money: payments and credit, rests that are carried, and the claim that counts each payment once."""
