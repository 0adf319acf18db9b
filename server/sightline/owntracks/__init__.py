"""OwnTracks beyond MQTT: phones that post, what is asked of phones, the Recorder's API."""
