"""What is kept in SQL: people, conversations, subscriptions. The message path never comes here."""
