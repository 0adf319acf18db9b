"""Keep and edit regions, watch who is inside, and tell who came and went."""
