"""The words on the wire, version 1: commands from apps, events to them, codes for what goes wrong. Pure."""
