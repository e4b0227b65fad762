"""The objects that a merchant makes and reads, and the parameters they take. What a bank says of them is in `bank`."""
