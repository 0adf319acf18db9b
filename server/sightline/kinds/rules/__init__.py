"""Rules and alerts: who wants to be told of what, and what they were told.

No message is about them alone; they are kept by `sightline.rules`.
"""
