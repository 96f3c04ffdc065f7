"""What sessions keep in the database, a module for each noun."""
