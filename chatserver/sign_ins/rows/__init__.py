"""What signing in keeps in the database, a module for each noun."""
