"""Run the accounts as a service, and invite the first admin by a link."""

from __future__ import annotations

from collections.abc import Callable

from twisted.application.service import MultiService
from twisted.logger import Logger

from sightline.accounts.database_file import BadDatabase
from sightline.accounts.service import AccountService
from sightline.wiring.errors import CannotStart


class RequiredAccounts(MultiService):
    """The accounts as a service that must start: without its database nobody could come in.

    A part of its own, because it must open the database after the folder is there.
    """

    def __init__(self, account_service: AccountService) -> None:
        super().__init__()
        account_service.setServiceParent(self)

    def privilegedStartService(self) -> None:
        """Open the database; end the start if that fails."""
        try:
            super().privilegedStartService()
        except BadDatabase as why:
            raise CannotStart(f"the accounts cannot be read: {why}") from None


class FirstLink:
    """A link, good for one use, that lets the first user in as long as there is no account."""

    _log = Logger()

    def __init__(
        self,
        account_service: AccountService,
        public_url: str,
        anew: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take the parts. ``anew``: there is data of before, of which the accounts know nothing."""
        self._account_service = account_service
        self._public_url = public_url
        self._anew = anew

    def __call__(self, url: str) -> None:
        """Tell the invitation, when the server can be reached at ``url`` and nobody has used it."""
        self._account_service.ready.addCallback(lambda _: self._tell(url))

    def _tell(self, url: str) -> None:
        if self._anew() and not self._account_service.cache.founded:
            self._log.warn(
                "Nobody has an account, and nobody is invited to make the first: there is data of"
                " before. Type: sightline user add NAME --role admin"
            )
            return
        secret = self._account_service.invitation.invite()
        if secret is None:
            return
        link = f"{(self._public_url or url).rstrip('/')}/#welcome={secret}"
        if self._account_service.demo:
            self._log.info("To see the demonstration, open once: {link}", link=link)
        else:
            self._log.info(
                "Nobody has an account yet. To make the first admin, open once: {link}"
                " (or type: sightline user add NAME --role admin)",
                link=link,
            )
