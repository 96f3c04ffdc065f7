"""A chat server for mentoring: relays messages, knows the rules of the plan, keeps the reply deadline."""
