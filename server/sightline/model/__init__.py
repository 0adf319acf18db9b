"""Words and values that every other module uses. Standard library and msgspec only."""
