"""Who may come in: tokens, revocation, addresses, rate limits."""
