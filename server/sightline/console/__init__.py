"""The broker page's server side: console, topic tree, charts, and a watch over each broker."""
