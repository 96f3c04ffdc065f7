"""Messages are changed by entries of their own: what one is about, whether it was deleted, what else its head says.

`about` is the seq of the message that an edit, deletion or reaction is about. Of what was deleted the text is gone.
"""

import sqlalchemy as sa

from chatserver.records.steps import SchemaChanges


def upgrade(changes: SchemaChanges) -> None:
    changes.add_column("messages", sa.Column("about", sa.BigInteger))
    changes.add_column("messages", sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()))
    changes.add_column("messages", sa.Column("more", sa.Text))
    changes.create_index("ix_messages_about", "messages", ["conversation_id", "about"], where="about IS NOT NULL")
