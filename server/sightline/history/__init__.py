"""Keep what happened: record it, store it, read it back, export it and delete it in time."""
