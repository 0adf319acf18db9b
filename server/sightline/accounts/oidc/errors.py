"""What can go wrong with a provider, named for who is at fault. The texts are for people."""

from __future__ import annotations


class Untrusted(Exception):
    """The provider said something that cannot be believed; the text says what."""


class UnknownKey(Untrusted):
    """A token is signed with a key that the provider did not tell us, or not yet."""


class ProviderAway(Exception):
    """The provider cannot be asked just now; the text says why."""


class CodeRefused(Exception):
    """The provider does not take the code of this sign-in: it is used, too old, or not its own."""
