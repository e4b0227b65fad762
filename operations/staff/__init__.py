"""Users of ours: who they are, and whether one may do what was asked for."""
