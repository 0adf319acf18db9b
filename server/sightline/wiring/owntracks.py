"""Everything about phones beyond MQTT, joined: posts, commands, the Recorder's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet import reactor as _reactor

from sightline.accounts.keeper import Keeper
from sightline.accounts.own import minted, token_deed
from sightline.core.account import Account
from sightline.core.turn import Duty
from sightline.helm import Asker, Helm, Refused
from sightline.history.recorder import Recorder as HistoryRecorder
from sightline.history.store import Store
from sightline.hub import Hub
from sightline.kinds.friends.box import Keys, is_available
from sightline.kinds.friends.model import Friend
from sightline.model.kind import id_of
from sightline.others import Tells
from sightline.owntracks.fixes import Memory, Ranges
from sightline.owntracks.live import Live, LiveResource
from sightline.owntracks.people import People
from sightline.owntracks.phones import Phones
from sightline.owntracks.post import Post
from sightline.owntracks.recorder import Recorder
from sightline.owntracks.regions import PhoneRegions
from sightline.owntracks.setup import Place
from sightline.owntracks.verbs import Verbs
from sightline.settings import Settings
from sightline.web.front import Front
from sightline.wiring.ranges import Safe, StoredRanges
from sightline.wiring.start import CannotStart

reactor: Any = _reactor


def keys(settings: Settings) -> Keys:
    """What opens encrypted messages. Without PyNaCl nothing would: better not to start."""
    secrets = {device: secret.reveal() for device, secret in settings.friends.keys.items()}
    if secrets and not is_available():
        raise CannotStart(
            "friends.keys_file: encrypted messages need PyNaCl: pip install 'sightline[encryption]'"
        )
    return Keys(secrets)


class OwnTracks:
    """``phones`` is the service; ``resources`` are for the tree of URLs, by path.

    With a ``store`` ranges come from there, and phones are told yes when their fixes are in it;
    without one the latest fixes are kept in memory. ``others`` are the other servers, of which the
    one on ``duty`` does what every one of them could.
    """

    def __init__(
        self,
        settings: Settings,
        wall: Callable[[], float],
        hub: Hub,
        helm: Helm,
        keeper: Keeper,
        front: Front,
        send: Callable[[str, bytes], str],
        version: str,
        regions: PhoneRegions | None = None,
        store: Store | None = None,
        recorder: HistoryRecorder | None = None,
        others: Tells | None = None,
        duty: Duty | None = None,
    ) -> None:
        people = People(hub.world)
        opened = keys(settings)
        fixes = None
        if store is not None:
            ranges: Ranges = StoredRanges(store)
        else:
            ranges = fixes = Memory()
        live = Live(reactor, keeper, people)
        self.phones = Phones(
            reactor, wall, hub, people, fixes, live, opened, send, regions, others, duty
        )
        self.post = Post(reactor, front, keeper, self.phones)
        if recorder is not None:
            safe = Safe(recorder)
            self.post.safe, self.post.kept = safe.keeps_up, safe.kept
        self.resources: Mapping[str, Any] = {
            "pub": self.post,
            "api/0": Recorder(reactor, wall, front, keeper, people, ranges, version),
            "ws/last": LiveResource(live, front),
        }
        secrets = settings.friends.keys

        def friend(thing: str) -> Friend | None:
            state = hub.world.state(thing)
            return state if isinstance(state, Friend) else None

        def secret(device: str) -> str | None:
            found = secrets.get(device)
            return None if found is None else found.reveal()

        async def issue(asker: Asker, thing: str) -> str:
            return await _issue(keeper, asker, thing)

        place = Place(settings.server.public_url, settings.friends.mqtt_at)
        Verbs(helm, self.phones, friend, place, issue, secret)


async def _issue(keeper: Keeper, asker: Asker, thing: str) -> str:
    """A fresh token for one phone. It is its owner's: the phone is told of the friends they see."""
    account = _owner(keeper, asker.user.name, thing)
    label = f"phone {id_of(thing)}"[:64]
    token, text = minted(
        account, keeper.wall(), label, frozenset(("publish",)), frozenset((thing,)), None
    )

    def make(database: Any) -> None:
        for old in list(keeper.roll.tokens.values()):
            # The link of before opens nothing any more.
            if old.account == account.name and old.label == label and old.things == token.things:
                database.drop_token(old.id)
        database.put_token(token)
        database.write(token_deed(asker.user.name, asker.address, token))

    await keeper.change(make)
    return text


def _owner(keeper: Keeper, asker: str, thing: str) -> Account:
    """The account that a phone belongs to: the asker's if it is theirs, else its owner's."""
    group = thing.rpartition("/")[0]
    owners = [
        account
        for account in keeper.roll.accounts.values()
        if account.grants.own & {thing, group} and not account.disabled
    ]
    owners.sort(key=lambda account: (account.name != asker, account.name))
    if not owners:
        raise Refused(
            "no_owner",
            f"nobody's account owns {group}: give it to somebody first (own {group}). The phone is"
            " told of the friends that account may see",
        )
    return owners[0]
