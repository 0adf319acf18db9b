"""Geometry on the globe: distances, shapes, geofences, grids, simpler lines. Pure."""
