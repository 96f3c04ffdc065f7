"""The ledger: what must change together (usage, message log, waits, deadlines, idempotency) behind one port."""
