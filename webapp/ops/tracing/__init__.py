"""Traces: where the time of a sampled request went. Imported only where `python -m config.traced` started the server.

A trace is a span such as `GET /{slug}`, begun before anything else of the app, with a child for each call of MySQL and
of Redis. Why not the stock instrumentations: Redis' does not see the redirect's script, which goes past the client's
methods; Django's begins a span's worth of work for requests that are not sampled, and all of them write down paths,
statements and the words of exceptions, which here are slugs, targets and account names. What it costs:
`python -m benchmarks.observability`.

Nothing that came with a request is in an attribute, and no attribute grows without bound: method, route pattern,
status; a statement's verb and table; a command's name; an exception's class.
"""
