"""An OpenID Connect provider: real HTTP on a free loopback port, on a thread, and real signatures.

It checks what providers check: the client's secret, the exact redirect URI, PKCE. `lies` change
what it says: a test sets those by which it wants to deceive us.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

CLIENT, SECRET = "sightline", "a+secret/of:ours"
Key = RSAKey | ECKey | OKPKey


@dataclass
class Lies:
    """What is said instead of the truth."""

    claims: dict[str, Any] = field(default_factory=dict)  # of the ID token; None: left out
    header: dict[str, Any] = field(default_factory=dict)
    token: Callable[[dict[str, Any]], str] | None = None  # makes the whole ID token
    metadata: dict[str, Any] = field(default_factory=dict)
    redirect: dict[str, str] = field(default_factory=dict)  # of the answer; "": left out
    status: dict[str, int] = field(default_factory=dict)  # by path
    body: dict[str, bytes] = field(default_factory=dict)  # by path
    move: dict[str, str] = field(default_factory=dict)  # by path: sends elsewhere
    userinfo: dict[str, Any] = field(default_factory=dict)
    slow: threading.Event | None = None  # answers wait for it


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class OidcProvider:
    """``user`` signs in at ``/authorize`` at once; ``asks``: shows a page with a button first.

    ``wall`` gives epoch s. ``asked`` are the paths that were asked for.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self.wall = wall
        self.user: dict[str, Any] = {"sub": "u-1", "preferred_username": "jane", "name": "Jane Doe"}
        self.only_in_userinfo: tuple[str, ...] = ()
        self.asks = False
        self.lies = Lies()
        self.asked: list[str] = []
        self.back: list[str] = []
        """Addresses that it sends people back to."""
        self.alg, self.key = "RS256", self.new_key("k1")
        self.published: list[Key] = [self.key]
        self._codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self._access: dict[str, dict[str, Any]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._answer(self, urlsplit(self.path).query)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                provider._answer(self, self.rfile.read(length).decode())

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.issuer = f"{self.url}/realms/home"
        self._handlers = {
            "/realms/home/.well-known/openid-configuration": self._discovery,
            "/jwks": self._jwks,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/logout": self._logout,
        }

    def __enter__(self) -> OidcProvider:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def truth(self) -> None:
        """Tell the truth from now on, as somebody who is asked for the first time."""
        self.lies = Lies()
        self.asked.clear()
        self.only_in_userinfo = ()
        self.user = {"sub": "u-1", "preferred_username": "jane", "name": "Jane Doe"}

    def new_key(self, kid: str, kind: str = "RSA", crv: str | int = 2048) -> Key:
        made: Any = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}[kind]
        key: Key = made.generate_key(crv, {"kid": kid, "use": "sig"})
        return key

    def signs_with(self, alg: str, key: Key, *, published: bool = True) -> None:
        """Sign with another key from now on; ``published``: in place of those before."""
        self.alg, self.key = alg, key
        if published:
            self.published = [key]

    # -- what is answered

    def _answer(self, request: BaseHTTPRequestHandler, query: str) -> None:
        path = urlsplit(request.path).path
        self.asked.append(path)
        lies = self.lies
        if lies.slow is not None:
            lies.slow.wait(60)
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        status, headers, body = 404, {}, b"nothing here"
        if path in lies.move:
            status, headers, body = 302, {"Location": lies.move[path]}, b""
        elif path in self._handlers:
            status, headers, body = self._handlers[path](asked, request.headers)
        body = lies.body.get(path, body)
        try:
            request.send_response(lies.status.get(path, status))
            for name, value in headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except OSError:
            pass  # it had enough

    def _json(self, said: object, status: int = 200) -> tuple[int, dict[str, str], bytes]:
        return status, {"Content-Type": "application/json"}, json.dumps(said).encode()

    def _discovery(self, asked: Mapping[str, str], headers: Any) -> Any:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/logout",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        said |= self.lies.metadata
        return self._json({name: value for name, value in said.items() if value is not None})

    def _jwks(self, asked: Mapping[str, str], headers: Any) -> Any:
        return self._json({"keys": [key.as_dict(private=False) for key in self.published]})

    def _authorize(self, asked: Mapping[str, str], headers: Any) -> Any:
        wanted = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
        if any(name not in asked for name in wanted) or asked["client_id"] != CLIENT:
            return 400, {}, b"this client is not known"
        if asked.get("code_challenge_method") != "S256" or "openid" not in asked["scope"].split():
            return 400, {}, b"this is no sign-in"
        if self.asks and "go" not in asked:
            going = html.escape(f"/authorize?{urlencode({**asked, 'go': '1'})}")
            page = f"<!doctype html><title>Home</title><a href='{going}'>Sign in as jane</a>"
            return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()
        code = secrets.token_urlsafe(24)
        self._codes[code] = dict(asked), dict(self.user)
        said = {"code": code, "state": asked["state"], "iss": self.issuer} | self.lies.redirect
        answer = {name: value for name, value in said.items() if value != ""}
        self.back.append(f"{asked['redirect_uri']}?{urlencode(answer)}")
        return 302, {"Location": self.back[-1]}, b""

    def _token(self, asked: Mapping[str, str], headers: Any) -> Any:
        given = (headers.get("Authorization") or "").removeprefix("Basic ")
        name, _, secret = base64.b64decode(given).decode().partition(":")
        if (unquote_plus(name), unquote_plus(secret)) != (CLIENT, SECRET):
            return self._json({"error": "invalid_client"}, 401)
        begun, user = self._codes.pop(asked.get("code", ""), ({}, {}))
        proof = b64(hashlib.sha256(asked.get("code_verifier", "").encode()).digest())
        if not begun or asked.get("redirect_uri") != begun["redirect_uri"]:
            return self._json({"error": "invalid_grant"}, 400)
        if proof != begun["code_challenge"] or asked["grant_type"] != "authorization_code":
            return self._json({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(24)
        self._access[access] = user
        return self._json(
            {
                "access_token": access,
                "token_type": "Bearer",
                "id_token": self.id_token(user, begun["nonce"], access),
            }
        )

    def id_token(self, user: Mapping[str, Any], nonce: str, access: str) -> str:
        now = int(self.wall())
        told = {n: v for n, v in user.items() if n not in self.only_in_userinfo}
        hashed = hashlib.sha256 if self.alg.endswith("256") else hashlib.sha512
        if self.alg.endswith("384"):
            hashed = hashlib.sha384
        half = hashed(access.encode()).digest()
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "at_hash": b64(half[: len(half) // 2]),
            **told,
            **self.lies.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.lies.token is not None:
            return self.lies.token(claims)
        header = {"alg": self.alg, "kid": self.key.kid, **self.lies.header}
        header = {name: value for name, value in header.items() if value is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA has a newer name
            return jwt.encode(header, claims, self.key, algorithms=[self.alg])

    def unsigned(self, claims: dict[str, Any]) -> str:
        """An ID token that nobody signed."""
        head = {"alg": "none", "kid": self.key.kid}
        return ".".join((b64(json.dumps(head).encode()), b64(json.dumps(claims).encode()), ""))

    def signed_with_public_key(self, claims: dict[str, Any]) -> str:
        """An ID token signed by HMAC, with what everybody knows as the secret."""
        head = {"alg": "HS256", "kid": self.key.kid}
        said = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
        public = self.key.as_pem(private=False)
        return f"{said}.{b64(hmac.digest(public, said.encode(), 'sha256'))}"

    def _userinfo(self, asked: Mapping[str, str], headers: Any) -> Any:
        user = self._access.get((headers.get("Authorization") or "").removeprefix("Bearer "))
        if user is None:
            return self._json({"error": "invalid_token"}, 401)
        return self._json({**user, **self.lies.userinfo})

    def _logout(self, asked: Mapping[str, str], headers: Any) -> Any:
        if asked.get("client_id") != CLIENT:
            return 400, {}, b"this client is not known"
        return 302, {"Location": asked["post_logout_redirect_uri"]}, b""
