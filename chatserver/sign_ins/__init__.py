"""Signing in with a browser: links that open once, cookies that last, tickets for a minute."""
