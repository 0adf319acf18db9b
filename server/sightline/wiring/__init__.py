"""The services the server is made of, and the way from the settings to their options."""
