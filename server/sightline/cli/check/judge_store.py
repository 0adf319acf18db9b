"""Judge what the steps about the common database saw: pure, no network."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.cli.check.findings import Finding

OLDEST = 14
"""The oldest version of PostgreSQL that is still maintained."""
CLOCK_WARN, CLOCK_FAIL = 1.0, 30.0
"""s that the clocks of this machine and of the database's may differ."""
_LAG = 30.0  # s a standby may be behind
_EACH = 14  # connections that a server may want at its busiest
_SAFE = ("verify-full", "verify-ca")


def no_address(where: str, host: str, why: str) -> Finding:
    """Explain that a host of the URL has no address."""
    todo = "look at the host in store.url, and at this machine's DNS"
    return Finding(where, "address", "fail", f"{host}: {why}", todo)


def unreachable(where: str, shown: str, why: str) -> Finding:
    """Explain that nobody answers, or with a refusal."""
    text = why.lower()
    if "password" in text or "authentication" in text or "pg_hba" in text:
        todo = (
            "look at the password (store.password_file, SIGHTLINE_STORE_PASSWORD) and at"
            " pg_hba.conf there: it must let this machine in with scram-sha-256"
        )
    elif "does not exist" in text:
        todo = "make it there: createuser sightline -P; createdb -O sightline sightline"
    elif "certificate" in text or "ssl" in text:
        todo = (
            "have the database show a certificate for the host's name, by an authority that this"
            " machine trusts, or name one: ?sslrootcert=/path/ca.pem"
        )
    else:
        todo = "is it running? does listen_addresses there name this network, a firewall let us?"
    return Finding(where, "url", "fail", why if shown in why else f"{shown}: {why}", todo)


def version(where: str, number: int) -> Finding:
    """Judge the version of PostgreSQL, such as 150018."""
    said = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    if number < OLDEST * 10_000:
        return Finding(where, "version", "fail", said, f"use PostgreSQL {OLDEST} or later")
    return Finding(where, "version", "ok", said)


def tls(where: str, *, here: bool, used: bool, mode: str) -> Finding:
    """Judge how safe the way is."""
    if here:
        return Finding(where, "TLS", "ok", "on this machine: nobody is on the way")
    if not used:
        todo = "take sslmode out of store.url; turn on ssl in postgresql.conf there"
        return Finding(where, "TLS", "fail", "passwords and positions go in the clear", todo)
    if mode not in _SAFE:
        todo = "take sslmode out of store.url, so that the certificate is checked"
        return Finding(where, "TLS", "warn", f"encrypted, but not checked ({mode})", todo)
    return Finding(where, "TLS", "ok", "encrypted, the certificate checked")


def rights(
    where: str, make: bool, temporary: bool, standby: bool, read_only: bool, user: str, root: bool
) -> Finding:
    """Judge what our user may do there."""
    if standby or read_only:
        todo = "name the primary in store.url, or all of them with commas: the one written is found"
        return Finding(where, "rights", "fail", "this is a standby, or read-only", todo)
    missing = [word for word, may in (("CREATE", make), ("TEMPORARY", temporary)) if not may]
    if missing:
        todo = f"ALTER DATABASE … OWNER TO {user};"
        return Finding(where, "rights", "fail", f"{user} lacks {', '.join(missing)}", todo)
    if root:
        todo = f"ALTER ROLE {user} NOSUPERUSER; the database's owner may do all that is needed"
        return Finding(where, "rights", "warn", f"{user} is a superuser", todo)
    return Finding(where, "rights", "ok", f"{user} may make and change tables")


def tables(where: str, parts: Sequence[tuple[str, int, int, bool]]) -> Finding:
    """Judge the tables: (name, version found, version known, whether too new) of each part."""
    new = [name for name, _, _, too_new in parts if too_new]
    old = [name for name, found, known, _ in parts if 0 < found < known]
    if new:
        said = f"changed by a newer Sightline ({', '.join(new)})"
        return Finding(where, "tables", "fail", said, "upgrade this server")
    if old:
        said = f"of an older Sightline ({', '.join(old)})"
        return Finding(where, "tables", "fail", said, "pg_dump, then: sightline store upgrade")
    if not any(found for _, found, _, _ in parts):
        return Finding(where, "tables", "ok", "none yet: the first server makes them")
    said = ", ".join(f"{name} {found}" for name, found, _, _ in parts)
    return Finding(where, "tables", "ok", f"as this version wants them ({said})")


def clock(where: str, ahead: float) -> Finding:
    """Judge our clock beside the database's; ``ahead`` in s, positive when ours is ahead."""
    said = f"this machine's clock is {abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'}"
    todo = "let both machines follow a time server: timedatectl set-ntp true"
    if abs(ahead) > CLOCK_FAIL:
        return Finding(where, "clock", "fail", f"{said} the database's", todo)
    if abs(ahead) > CLOCK_WARN:
        return Finding(where, "clock", "warn", f"{said} the database's", todo)
    return Finding(where, "clock", "ok", "this machine's clock is the database's")


def extensions(where: str, names: Sequence[str], *, view: bool) -> Finding:
    """Tell what is there of extensions; none is needed."""
    if "postgis" not in names:
        return Finding(where, "extensions", "ok", "none is needed (PostGIS is not there)")
    if view:
        return Finding(where, "extensions", "ok", "PostGIS, and the view history.fixes for it")
    return Finding(where, "extensions", "ok", "PostGIS: the next start makes history.fixes")


def standbys(
    where: str, rows: Sequence[tuple[str, str | None, str | None, float | None]]
) -> Finding:
    """Judge the standbys: (name, state, sync state, s behind) of each."""
    if not rows:
        said = "no standby follows (or our user may not see them: GRANT pg_monitor)"
        return Finding(where, "standbys", "ok", said)
    words, late = [], []
    for name, state, sync, lag in rows:
        behind = "" if lag is None else f", {lag:.1f} s behind"
        words.append(f"{name} ({state or 'state unknown'}, {sync or '?'}{behind})")
        if (state and state != "streaming") or (lag or 0.0) > _LAG:
            late.append(name)
    said = "; ".join(words)
    if late:
        todo = "look at its log: what was written since is lost if the primary is"
        return Finding(where, "standbys", "warn", said, todo)
    return Finding(where, "standbys", "ok", said)


def safety(where: str, archive: str, fsync: str, pages: str) -> Finding:
    """Judge whether what it says to be safe is."""
    if fsync != "on" or pages != "on":
        said = f"fsync = {fsync}, full_page_writes = {pages}: a power cut can damage everything"
        return Finding(where, "safety", "fail", said, "set both to on in postgresql.conf")
    if archive == "off":
        return Finding(where, "safety", "ok", "fsync is on; no WAL archive: back up by pg_dump")
    return Finding(where, "safety", "ok", "fsync is on, the WAL is archived")


def connections(where: str, most: int, *, several: bool) -> Finding:
    """Judge whether there is room for our connections."""
    wanted = _EACH * (3 if several else 1) + 5
    said = f"{most} connections at most"
    if most < wanted:
        todo = f"max_connections = {wanted} or more (each server takes up to {_EACH})"
        return Finding(where, "connections", "warn", said, todo)
    return Finding(where, "connections", "ok", said)
