"""What comes in and goes out: the inbox, mails, notices, tickets."""
