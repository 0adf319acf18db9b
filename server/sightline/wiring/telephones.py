"""Say whom somebody may call about what they are told."""

from __future__ import annotations

from sightline.accounts.api_telephones import people
from sightline.accounts.service import AccountService
from sightline.auth.telephone import dialled, telephone_of
from sightline.model.notification import Notification


class TelephonesAtHand:
    """The numbers as they are at the moment of sending: nothing that waits holds one."""

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service

    def to_call(self, notification: Notification) -> str:
        """Return the number as it is dialled; "" where there is none, or it is not for them."""
        service = self._account_service
        account = service.cache.accounts.get(notification.account)
        if account is None or account.disabled or not notification.thing or not notification.alert:
            return ""
        user = service.visitors.user(account)
        found = telephone_of(user, notification.thing, people(service), service.cache.telephones)
        return "" if found is None else dialled(found.number)
