"""What a mentor works with beside messages: saved texts and exercises, and what they and their members may expect."""
