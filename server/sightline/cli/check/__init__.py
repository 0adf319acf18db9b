"""`sightline check`: looks at a set-up step by step and says in words what to change, and where."""
