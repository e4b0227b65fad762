"""Stories: what is played on the stage, what its people do, and what came of it. No stand-in lives here."""
