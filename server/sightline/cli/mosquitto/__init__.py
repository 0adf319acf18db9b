"""Write mosquitto's own files, without mosquitto at hand (`sightline mosquitto`)."""
