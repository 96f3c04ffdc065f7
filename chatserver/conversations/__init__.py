"""People, and the conversations between a member and a mentor: rows, provisioning, rebuild."""
