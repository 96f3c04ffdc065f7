"""Messages: their lane into the ledger, the log that everybody reads, the archive and what it restores; why a lock."""
