"""What several servers share so that they are one to everybody, in the table they share."""
