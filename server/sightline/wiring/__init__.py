"""Join the parts of the server: its services, and the way from the settings to their options."""
