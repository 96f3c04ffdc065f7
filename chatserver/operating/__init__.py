"""What operators need: metrics, logs, traces, health, durability, the embedded store, the clock, work with a lease."""
