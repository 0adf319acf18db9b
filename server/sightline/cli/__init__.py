"""The `sightline` command: one module or folder per subcommand, joined in `main`."""
