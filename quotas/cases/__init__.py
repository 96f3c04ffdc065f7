"""Cases: what support, mentor and member work through when a mentoring relationship does not go as planned."""
