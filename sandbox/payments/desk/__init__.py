"""What people do at the company: the dashboard, the hosted pages, and failures on demand."""
