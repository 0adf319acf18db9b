"""History: what happened last Tuesday. Nothing is kept yet; see CHANGELOG.md."""
