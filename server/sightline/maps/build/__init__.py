"""Make a map of an OpenStreetMap extract: in the command line, in processes of their own.

`extract` reads the extract with osmium and writes features, `tippecanoe` cuts them into tiles;
`pipeline` runs both and watches. `tags`, `kinds` and `names` say what of the extract is drawn, in
the words of the Protomaps basemap schema, version 4; `coast` makes land of coastlines.
"""
