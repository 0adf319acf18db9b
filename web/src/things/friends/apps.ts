/**
 * The apps that can tell us where a phone is, as people choose among them: what each is, how it is
 * set up, and which links of it are opened. The server's side is `owntracks/apps`, one module each.
 */
import { t } from '@lingui/core/macro';
import type { SetUp } from '../../generated';

export type AppName = NonNullable<SetUp['app']>;

export interface PhoneApp {
  readonly title: string;
  readonly runsOn: string;
  /** What one gets with it. */
  readonly about: string;
  /** How what the link begins: a link is something people touch. Empty: the app takes none. */
  readonly links: readonly string[];
  /** What the code is read with: the camera opens the app, or the app has a reader of its own. */
  readonly steps: readonly string[];
  /** What the address and the text are, where they are to be pasted. */
  readonly address?: string;
  readonly text?: string;
}

export const APPS: Readonly<Record<AppName, PhoneApp>> = {
  get owntracks() {
    return {
      title: 'OwnTracks',
      runsOn: 'iPhone, Android',
      about: t`Everything: friends, regions, commands.`,
      links: ['owntracks:///config?'],
      steps: [
        t`Read the code with the phone’s camera, or open the link on it: the app asks whether it may take these settings over.`,
      ],
    };
  },
  get overland() {
    return {
      title: 'Overland',
      runsOn: 'iPhone, Android',
      about: t`Records much and keeps it while there is no network. Sends only.`,
      links: ['overland://setup?'],
      steps: [
        t`Read the code with the phone’s camera, or open the link on it. Overland takes the address, the token and the name over.`,
        t`On its first page, switch tracking on.`,
      ],
      address: t`Receiver endpoint, if you type it in (with the token as access token)`,
    };
  },
  get gpslogger() {
    return {
      title: 'GPSLogger',
      runsOn: 'Android',
      about: t`Free software, sparing with the battery. Sends only.`,
      links: ['gpslogger://properties/'],
      steps: [
        t`Open the link on the phone, or choose Profiles, From URL in the app and read the code: it fetches these settings.`,
        t`Press Start logging.`,
      ],
      address: t`By hand: Logging details, Log to custom URL, as URL (method POST)`,
      text: t`and as HTTP body`,
    };
  },
  get traccar() {
    return {
      title: 'Traccar Client',
      runsOn: 'iPhone, Android',
      about: t`Simple, keeps fixes while there is no network. Sends only.`,
      links: ['https://', 'http://'],
      steps: [
        t`In the app, open Settings and read the code with its own QR reader (version 9 and later).`,
      ],
      address: t`By hand: as server URL`,
    };
  },
  get phonetrack() {
    return {
      title: 'PhoneTrack, OsmAnd, Locus Map',
      runsOn: 'Android',
      about: t`Whatever can send to Nextcloud’s PhoneTrack or to an address with placeholders. Sends only.`,
      links: [],
      steps: [
        t`In the app, add a log job with a custom address (GET or POST) and paste the address.`,
        t`As a PhoneTrack log job: the second line is the address of the Nextcloud; the token is what follows /in/phonetrack/ in the first one.`,
      ],
      address: t`Address with placeholders`,
      text: t`Address of the Nextcloud`,
    };
  },
  get homeassistant() {
    return {
      title: 'Home Assistant',
      runsOn: t`where Home Assistant runs`,
      about: t`Its companion app talks to Home Assistant only, and cannot be pointed here; Home Assistant passes on where the phone is.`,
      links: [],
      steps: [
        t`Put the text into configuration.yaml, with your phone’s device_tracker, and restart Home Assistant.`,
      ],
      address: t`Webhook, for automations of your own`,
      text: 'configuration.yaml',
    };
  },
};

export const APP_NAMES = Object.keys(APPS) as readonly AppName[];

/** Whether this is a link that the app opens; an app without any gets none. */
export function isLinkOf(app: AppName, link: string): boolean {
  const { links } = APPS[app];
  return links.length === 0 ? link === '' : links.some((start) => link.startsWith(start));
}
