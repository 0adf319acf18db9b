"""Archive raw MQTT messages as they came, one JSON line each, in files by day.

It is there to be replayed, and for the question "what did that phone really send?"; what it is
asked, `sightline.history.rewind` answers. What must not be lost is kept by the store of history.
"""
