"""`sightline mosquitto`: what mosquitto's own files need, made without mosquitto at hand."""
