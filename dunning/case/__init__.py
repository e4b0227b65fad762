"""The facts of one open invoice; orders to activities, results from them. What follows from facts is in `rules`."""
