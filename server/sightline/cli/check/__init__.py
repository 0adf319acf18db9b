"""Run `sightline check`: look at a set-up step by step, and say what to change, and where."""
