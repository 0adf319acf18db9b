"""Words and values everything else speaks in. Standard library and msgspec only."""
