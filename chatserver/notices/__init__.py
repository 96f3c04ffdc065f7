"""What is said to whom on which channel: facts become notices, the outbox sends them."""
