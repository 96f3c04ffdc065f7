"""Steps from one release's tables to the next. `chatserver.records.steps` runs them."""
