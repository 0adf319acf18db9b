"""Let several servers act as one: locks, leadership and the messages between them."""
