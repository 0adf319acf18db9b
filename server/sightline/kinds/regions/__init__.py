"""Regions: named circles and polygons, who is in them, who came and went.

No message is about them alone, so there is nothing to decode; they are kept by `sightline.regions`.
"""
