"""Rules: judge what happens, live and in the past, and tell those who asked for it."""
