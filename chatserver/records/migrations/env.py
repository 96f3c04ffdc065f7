"""What alembic runs around the steps: the connection, and with it the transaction, comes from `migrate`."""

from alembic import context

from chatserver.records.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    on_version_apply=context.config.attributes.get("on_version_apply"),
    # SQLite can do it too: all steps or none.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
