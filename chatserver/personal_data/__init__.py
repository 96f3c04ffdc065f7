"""What a person may ask for: everything about them, and that it be erased."""
