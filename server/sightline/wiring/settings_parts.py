"""Make parts of nothing but the settings: policies, rights, pictures, the built pages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sightline.accounts.passwords import Cost
from sightline.accounts.policy import AccountPolicy
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent
from sightline.auth.session import Lifetime
from sightline.console.publishing import ConsoleAct
from sightline.console.rules import ConsoleRights
from sightline.kinds import COMMANDS
from sightline.kinds.friends.bases import BaseTopics
from sightline.kinds.probots.bases import RobotTopics
from sightline.kinds.probots.model import Picture, ProBot
from sightline.live.hub import Hub
from sightline.mqtt.robots import RobotsListener
from sightline.settings import AccountsSettings, ProbotSettings, ServerSettings, Settings
from sightline.web import assets
from sightline.wiring.errors import CannotStart

_NOT_BUILT = (
    b"Sightline runs, but its pages are not built. Build them with: cd web && npm ci && npm run "
    b"build (scripts/run_server.sh does it for you).\n"
)
_MOST_PICTURE = 200_000  # bytes


def console_auditor(account_service: AccountService) -> Callable[[ConsoleAct], None]:
    """Make what writes down in the audit log what was published by hand: where to, never what."""

    def note(act: ConsoleAct) -> None:
        more = f"{act.size} bytes, QoS {act.qos}" + (", retained" if act.retain else "")
        result = "ok" if act.refused is None else "refused"
        thing = f"broker/{act.broker} {act.topic}"
        account_service.note(AuditEvent(act.user, act.address, act.verb, thing, result, more))

    return note


def console_rights(settings: Settings) -> ConsoleRights:
    """Make the rules of what the console may do."""
    console = settings.console
    return ConsoleRights(
        read_role=console.read_role,
        publish_role=console.publish_role,
        subscribe=console.subscribe,
        publish=console.publish,
        barred=(
            *COMMANDS,
            *BaseTopics(settings.friends.topics).commands,
            *RobotTopics(settings.probots.topics).barred,
        ),
    )


def account_policy(accounts: AccountsSettings) -> AccountPolicy:
    """Make the policy of accounts and sessions."""
    return AccountPolicy(
        lifetime=Lifetime(idle=accounts.idle_hours * 3600, absolute=accounts.session_days * 86400),
        cost=Cost(memory=accounts.hash_memory, time=accounts.hash_passes),
        guest=None if accounts.guest == "none" else accounts.guest,
        link=accounts.link_days * 86400,
        second_factor=accounts.second_factor,
    )


def robots_listener(settings: Settings) -> RobotsListener | None:
    """Make the listener for robots without a password; None: they get in nowhere."""
    wanted = settings.probots
    if not wanted.listen:
        return None
    return RobotsListener(wanted.listen, wanted.port, RobotTopics(wanted.topics).bases)


def robot_bases(settings: Settings) -> list[str]:
    """List the words that tell a child process of ours the base topics of robots."""
    topics = RobotTopics(settings.probots.topics)
    bases = () if topics.usual else topics.bases
    return [word for base in bases for word in ("--robot-base", base)]


def introduce_robots(settings: Settings, hub: Hub) -> None:
    """Show the robots of the settings before they are heard."""
    names = dict.fromkeys((*settings.probot, *settings.probots.known))
    for order, name in enumerate(names):
        told = settings.probot.get(name, ProbotSettings())
        robot = ProBot(presence="offline", name=told.name or None, order=order)
        hub.show(f"probot/{name}", robot)
        if told.picture:
            hub.show(f"picture/{name}", _picture(told.picture))


def _picture(path: str) -> Picture:
    data = Path(path).read_bytes()
    mime: Literal["image/png", "image/jpeg"]
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        mime = "image/png"
    elif data.startswith(b"\xff\xd8\xff"):
        mime = "image/jpeg"
    else:
        raise CannotStart(f"{path} is neither PNG nor JPEG")
    if len(data) > _MOST_PICTURE:
        raise CannotStart(f"{path} has more than {_MOST_PICTURE // 1000} kB")
    return Picture(mime=mime, data=base64.b64encode(data).decode())


def trusted_of(server: ServerSettings) -> list[str]:
    """Return the origins that may open the WebSocket besides the page's own address."""
    parts = urlsplit(server.public_url)
    own = [f"{parts.scheme}://{parts.netloc}"] if server.public_url else []
    return [*server.origins, *own]


def built_pages(web_root: str) -> dict[str, assets.Asset]:
    """Load the built pages: from where the settings say, from the wheel, or from a checkout."""
    here = Path(__file__).resolve().parents[1]  # the package
    places = [Path(web_root)] if web_root else [here / "web" / "dist", here.parents[1] / "web/dist"]
    for place in places:
        if (place / "index.html").is_file():
            return assets.load(place)
    if web_root:
        raise CannotStart(f"server.web_root: there is no index.html in {web_root}")
    plain = assets.Asset(
        "text/plain; charset=utf-8", "no-store", {"": assets.Body(_NOT_BUILT, b'"not-built"')}
    )
    return {"index.html": plain}
