"""Work for people: every kind of ticket, its department and its words. When one is opened is decided elsewhere."""
