"""The facts of one open invoice; orders to the hands, results from them. What follows from facts is in `rules`."""
