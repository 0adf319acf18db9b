"""config/sightline.toml, read once into one frozen `Settings`; the only reader of that file.

Whatever is wrong is refused with the file, the key and what is allowed there. Passwords come from
a file or the environment and are kept in a `Secret`, which shows itself to nobody. The text beside
each key in config/sightline.toml is its documentation; tests hold the two together."""

from sightline.settings.channels import ChannelsSettings as ChannelsSettings
from sightline.settings.checks import is_private as is_private
from sightline.settings.databases import DynamodbSettings as DynamodbSettings
from sightline.settings.databases import ReplicasSettings as ReplicasSettings
from sightline.settings.databases import StoreSettings as StoreSettings
from sightline.settings.errors import BadSettings as BadSettings
from sightline.settings.files import password_variables as password_variables
from sightline.settings.load import load as load
from sightline.settings.load import load_brokers as load_brokers
from sightline.settings.load import load_robot_topics as load_robot_topics
from sightline.settings.map_reading import remote_map as remote_map
from sightline.settings.maps import MapSettings as MapSettings
from sightline.settings.oidc import OidcSettings as OidcSettings
from sightline.settings.rules import HomeAssistantSettings as HomeAssistantSettings
from sightline.settings.rules import RulesSettings as RulesSettings
from sightline.settings.schema import AccountsSettings as AccountsSettings
from sightline.settings.schema import ArchiveSettings as ArchiveSettings
from sightline.settings.schema import BrokerSettings as BrokerSettings
from sightline.settings.schema import ConsoleSettings as ConsoleSettings
from sightline.settings.schema import DrivingSettings as DrivingSettings
from sightline.settings.schema import FanoutSettings as FanoutSettings
from sightline.settings.schema import FriendsSettings as FriendsSettings
from sightline.settings.schema import HistorySettings as HistorySettings
from sightline.settings.schema import HttpsSettings as HttpsSettings
from sightline.settings.schema import LimitsSettings as LimitsSettings
from sightline.settings.schema import ProbotSettings as ProbotSettings
from sightline.settings.schema import ProbotsSettings as ProbotsSettings
from sightline.settings.schema import RegionsSettings as RegionsSettings
from sightline.settings.schema import ServerSettings as ServerSettings
from sightline.settings.schema import Settings as Settings
from sightline.settings.schema import WebhookSettings as WebhookSettings
from sightline.settings.section import Section as Section
from sightline.settings.values import Secret as Secret
from sightline.settings.values import is_guessable as is_guessable
