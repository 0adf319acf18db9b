"""Drive robots: leases, commands, every stop, and the watch over the command topics."""
