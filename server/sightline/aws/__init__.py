"""Use as much of AWS as the server needs, without a library that blocks: signing, credentials,
DynamoDB.

`sigv4` is pure; `credentials`, `client` and `table` speak HTTP through treq; all of it begins with
an `endpoint`.
"""
