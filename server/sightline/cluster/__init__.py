"""Several servers that are one to everybody: locks, leadership and what they tell each other."""
