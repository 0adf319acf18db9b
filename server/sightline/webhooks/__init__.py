"""Webhooks: others are told of crossings by HTTP, signed, again and again until they have it."""
