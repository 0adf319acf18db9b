"""The broker page's server side: console, topic tree, charts, and a monitor of each broker."""
