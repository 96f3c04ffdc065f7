"""Cases: member-specific issues that support, mentor and member work through, kept with their history."""
