"""Regions: kept, edited, watched. Who is where, who came and went, and who is told."""
