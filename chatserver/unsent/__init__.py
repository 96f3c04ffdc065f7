"""What people have written and not sent: messages that go out later, by themselves, and drafts."""
