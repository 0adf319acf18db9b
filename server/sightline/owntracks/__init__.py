"""Serve OwnTracks beyond MQTT: phones that post, commands to phones, the Recorder's API."""
