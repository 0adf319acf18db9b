"""What happens now: from an arriving message to the news that browsers get."""
