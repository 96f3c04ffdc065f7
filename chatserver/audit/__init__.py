"""Who did what to whose data: noted with what was done, chained by hash, and verified."""
