"""Simulate friends and robots on the real topics, with real payloads (`sightline simulate`).

`friend` and `probot` are pure models: time is passed in, messages come out. `line` gives each its
own MQTT connection with its own will, as phones and robots have; `stage` runs them all.
"""
