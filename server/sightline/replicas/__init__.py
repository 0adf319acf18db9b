"""Several servers that are one to everybody: what they share, by conditional writes."""
