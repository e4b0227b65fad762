"""The mail door: bounces and replies that come by SMTP."""
