"""Tell others of transitions by HTTP: signed, again and again until they have it."""
