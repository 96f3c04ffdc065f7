"""Steps from one release's tables to the next, for alembic. `chatserver.records.migrate` runs them."""
