"""Everything that touches MQTT: the bridge to a broker, and a broker of our own."""
