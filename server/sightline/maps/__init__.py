"""Maps of this server: files in ``state/maps``, who adds them, and how browsers get them.

`pmtiles` reads the files, `schemas` recognises how their layers are named, `catalogue` knows which
there are, `service` tells the world of them, `resource` serves them, `api` is for admins. `build`
makes them of OpenStreetMap extracts; it runs in the command line only.
"""
