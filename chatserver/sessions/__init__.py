"""Sessions: bookings and the time they occupy, credits, and what happens at live chats and video calls."""
