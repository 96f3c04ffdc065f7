"""One module per thing that someone wants done."""
