"""Let people sign in by an OpenID Connect provider: Authelia, Keycloak, Google and others."""
