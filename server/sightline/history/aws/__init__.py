"""As much of AWS as history needs, without a library that blocks: signing, credentials, DynamoDB.

`sigv4` is pure; `credentials` and `client` speak HTTP through treq.
"""
