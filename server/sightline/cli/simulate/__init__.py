"""`sightline simulate`: friends and robots that are not there, on the real topics and payloads.

`friend` and `probot` are pure models: time is passed in, messages come out. `line` gives each its
own MQTT connection with its own will, as phones and robots have; `stage` runs them all.
"""
