"""Archive raw MQTT messages as they came, one JSON line each, in files by day.

It is not asked anything and shows nobody anything; it is there to be replayed, and for the question
"what did that phone really send?". What must not be lost is kept by the store of history instead.
"""
