"""A Redis or Valkey of one node or many: connections, slots, failover. It knows nothing of rules or chats."""
