/** Made by scripts/reference.py from what the server declares: do not edit. */
import type { Shape } from './net/shape';

/** What to change of an account; what is absent stays. `end_tokens`: end its API tokens. */
export interface AccountChange {
  readonly role?: 'admin' | 'operator' | 'viewer';
  readonly display?: string;
  readonly disabled?: boolean;
  readonly password?: string;
  readonly see?: readonly string[];
  readonly drive?: readonly string[];
  readonly own?: readonly string[];
  readonly end_tokens?: boolean;
}

/** The keys of friends, robots and regions that an account sees. `more`: there are more. */
export interface AccountView {
  readonly ok: true;
  readonly things: readonly string[];
  readonly more?: boolean;
}

/** Which alert, and a note beside it. */
export interface AcknowledgedAlert {
  readonly alert: string;
  readonly note?: string | null;
}

/** The address as it is kept, and from where it can be reached. */
export interface AddressShown {
  readonly ok: true;
  readonly url: string;
  readonly reach: 'anywhere' | 'machine' | 'network';
}

/** `alarm/keys/ProBot1`: somebody else speaks on a command topic; id is the topic. `alarm/client/main`: somebody signed in at that broker with our client id (`taken`). `alarm/knock/main/192.168.7.20`: that broker refused somebody there (`refused`). */
export interface Alarm {
  readonly what: 'foreign' | 'refused' | 'retained' | 'taken';
  readonly source: string;
  readonly robot?: string | null;
  readonly since: number;
  readonly at: number;
  readonly count: number;
  readonly size: number;
  readonly head: string;
}

/** `alert/<account>/<rule's id>.<n>`: a rule has fired. */
export interface Alert {
  readonly rule: string;
  readonly title: string;
  readonly thing: string;
  readonly condition: Condition;
  readonly at: number;
  readonly late?: number | null;
  readonly value?: number | null;
  readonly place?: string | null;
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly urgent?: boolean;
  readonly lasting?: boolean;
  readonly status: 'acknowledged' | 'open' | 'resolved';
  readonly by?: string | null;
  readonly by_at?: number | null;
  readonly note?: string | null;
  readonly resolved?: number | null;
  readonly told?: readonly AlertTold[];
}

/** What is done to an alert, and a note beside it. */
export interface AlertFields {
  readonly thing: string;
  readonly act: 'acknowledge' | 'reopen' | 'resolve';
  readonly note?: string | null;
}

/** How one recipient was told. */
export interface AlertTold {
  readonly account: string;
  readonly state: 'failed' | 'no_channel' | 'quiet' | 'sent' | 'waiting';
  readonly at?: number | null;
  readonly why?: string | null;
}

/** Things as they are. */
export interface AllThings {
  readonly ok: true;
  readonly things: readonly Thing[];
}

/** What became of the request `id`: the fields of its answer, or `code` and `why`. */
export interface AnswerFrame {
  readonly t: 'answer';
  readonly id: number;
  readonly ok: boolean;
  readonly code?: string | null;
  readonly why?: string | null;
}

/** The new app as it was told, and the code that it shows. */
export interface AppCode {
  readonly sealed: string;
  readonly code: string;
}

/** The number of the command in the phone's list of what it was asked. */
export interface AskedOfPhone {
  readonly ok: true;
  readonly n: number;
}

/** Records, newest first. `next` is the `before` of the next page. */
export interface Audit {
  readonly ok: true;
  readonly records: readonly AuditShown[];
  readonly next: number | null;
}

/** What to look for. `since` and `until` in epoch s; `before` is a record's number. */
export interface AuditQuery {
  readonly who?: string;
  readonly what?: string;
  readonly thing?: string;
  readonly text?: string;
  readonly since?: number | null;
  readonly until?: number | null;
  readonly before?: number | null;
  readonly limit?: number | null;
}

/** A record of the audit log. */
export interface AuditShown {
  readonly n: number;
  readonly at: number;
  readonly who: string;
  readonly address: string;
  readonly what: string;
  readonly thing: string;
  readonly result: string;
  readonly more: string;
}

/** A sign of life: the server's clock in ms since 1970, and the number of the newest change. */
export interface BeatFrame {
  readonly t: 'beat';
  readonly now: number;
  readonly seq: number;
}

/** Where the browser goes now, and the address of ours to which it comes back. */
export interface Begun {
  readonly ok: true;
  readonly url: string;
  readonly back: string;
}

/** Which doubtful fixes are right: all from-to, or those of `tst`. */
export interface Believe {
  readonly from?: number | string | null;
  readonly to?: number | string | null;
  readonly tst?: readonly number[] | null;
}

/** How many fixes are used from now on, and what undoes that. */
export interface Believed {
  readonly ok: true;
  readonly believed: number;
  readonly undo: string;
}

/** One broker, id: its name in the settings. The figures of a lost broker stay. */
export interface Broker {
  readonly link?: Link | null;
  readonly version?: string | null;
  readonly uptime?: number | null;
  readonly sys?: Readonly<Record<string, number>> | null;
  readonly sys_at?: number | null;
  readonly trip?: number | null;
  readonly rates?: Readonly<Record<string, number>> | null;
  readonly sys_why?: readonly string[] | null;
  readonly log_since?: number | null;
  readonly log_lines?: number | null;
  readonly log_missed?: number | null;
  readonly refusals?: number | null;
  readonly unseen?: number | null;
}

/** The days of a month on which there is anything of what one may see. */
export interface Calendar {
  readonly ok: true;
  readonly days: readonly CalendarDay[];
}

/** A `day` on which there is anything, which begins and ends at these times. */
export interface CalendarDay {
  readonly day: string;
  readonly from: number;
  readonly to: number;
}

/** Which month, in which time zone; of one `thing` only, if that is given. */
export interface CalendarQuery {
  readonly month: string;
  readonly zone?: string | null;
  readonly thing?: string;
}

/** Who is here now; absent after a link, which lets nobody in. `adds_phone`: they joined, and are to add a phone of their own. */
export interface CameElsewhere {
  readonly ok: true;
  readonly purpose: 'join' | 'link' | 'sign_in';
  readonly provider: string;
  readonly place?: string;
  readonly user?: Person | null;
  readonly degraded?: string | null;
  readonly adds_phone?: boolean;
}

/** Who is here now, and the recovery codes of the new app, told this once. */
export interface CameWithApp {
  readonly ok: true;
  readonly user: Person;
  readonly codes: readonly string[];
  readonly degraded?: string | null;
}

/** A thing as it is now: its kind, its id within the kind, the number of its last change. With `gone` it is no more; else the fields of its state follow (things.md). */
export interface ChangedThing {
  readonly k: string;
  readonly id: string;
  readonly s: number;
  readonly gone?: boolean;
  readonly [further: string]: unknown;
}

/** A topic that holds something else now. Without `then` it was not known then. */
export interface ChangedTopic {
  readonly topic: string;
  readonly then?: PastMessage | null;
  readonly now: PastMessage;
  readonly messages: number;
}

/** What is to be changed of a channel; what is absent stays. `quiet` null: no quiet hours. `passes`: what is urgent is told in quiet hours, too. `here`: the browser that asks is the one that subscribed; who signs this session out ends the channel, too. */
export interface ChannelChange {
  readonly name?: string | null;
  readonly language?: string | null;
  readonly zone?: string | null;
  readonly quiet?: Quiet | null;
  readonly passes?: boolean | null;
  readonly enabled?: boolean | null;
  readonly here?: boolean;
}

/** How all channels stand. `trouble`: why nothing can be told just now; empty: it can. */
export interface ChannelOverview {
  readonly ok: true;
  readonly channels: readonly ChannelSummary[];
  readonly trouble: string;
}

/** A channel. `host` is what is shown of where it goes. `last` something was taken (epoch s; null: never); `why` the last try was not, in the channel's own words (null: it was). `waiting` and `dead` count notifications. `passes`: what is urgent is told in quiet hours, too. */
export interface ChannelShown {
  readonly id: string;
  readonly type: 'address' | 'mqtt' | 'push' | 'webhook';
  readonly name: string;
  readonly host: string;
  readonly language: string;
  readonly zone: string;
  readonly quiet: Quiet | null;
  readonly passes: boolean;
  readonly enabled: boolean;
  readonly last: number | null;
  readonly why: string | null;
  readonly waiting: number;
  readonly dead: number;
}

/** How somebody's channel stands, for admins: no name, no address. */
export interface ChannelSummary {
  readonly id: string;
  readonly account: string;
  readonly type: 'address' | 'mqtt' | 'push' | 'webhook';
  readonly host: string;
  readonly enabled: boolean;
  readonly last: number | null;
  readonly why: string | null;
  readonly waiting: number;
  readonly dead: number;
}

/** One's own channels, the oldest first. `addresses` is what an address may begin with; `most` is how many channels one may have. */
export interface Channels {
  readonly ok: true;
  readonly channels: readonly ChannelShown[];
  readonly addresses: readonly string[];
  readonly most: number;
}

/** A wish to have the set-up checked, which has no fields. */
export type CheckSetup = Readonly<Record<string, never>>;

/** One step: what was looked at, how it went, and what to do if it did not go well. */
export interface CheckedStep {
  readonly level: 'fail' | 'ok' | 'skip' | 'warn';
  readonly said: string;
  readonly where?: string;
  readonly step?: string;
  readonly todo?: string;
}

/** The topic whose retained message goes. */
export interface Clear {
  readonly topic: string;
  readonly broker?: string | null;
}

/** One client of a broker; its key is `client/<broker>/<client id>`. Times in epoch s. `state` is `unknown` after the log was cut off. `before`: it was connected when we began to listen, so `since` is absent. `reconnects` counts new connections of the last hour beyond the first seen. `left` and `why` tell of its last leaving, a stable word (asked, cut, silent, refused, taken over, protocol, other) and one for people; `left_at` is when. `feeds` is the key of the thing whose news it brings. `ours`: it is Sightline itself. `at` is the receipt of the newest line about it. */
export interface Client {
  readonly broker: string;
  readonly client: string;
  readonly state: 'connected' | 'gone' | 'unknown';
  readonly at: number;
  readonly address?: string | null;
  readonly user?: string | null;
  readonly protocol?: string | null;
  readonly clean?: boolean | null;
  readonly keepalive?: number | null;
  readonly since?: number | null;
  readonly before?: boolean;
  readonly connects?: number;
  readonly reconnects?: number;
  readonly left?: string | null;
  readonly why?: string | null;
  readonly left_at?: number | null;
  readonly takeovers?: number;
  readonly refused?: number;
  readonly dropping?: number;
  readonly flags?: readonly string[];
  readonly subscriptions?: readonly string[];
  readonly feeds?: string | null;
  readonly fits?: readonly string[];
  readonly ours?: boolean;
}

/** `command/17`: one line of the command log. It never changes. */
export interface CommandLogEntry {
  readonly n: number;
  readonly at: number;
  readonly who: string;
  readonly robot: string;
  readonly what: string;
  readonly lease?: number | null;
  readonly why?: string | null;
  readonly sent?: string | null;
  readonly seconds?: number | null;
  readonly effect?: string | null;
}

/** What must happen. Which fields a `type` takes is in `sightline.rules.check`. - `arrives` `leaves`: `region` - `absent`: not in `region` at `by` - `stays`: in `region` for more than `seconds` - `near`: less than `metres` from the thing `other` - `battery`: below `below` %, or falling so that it is empty before `by` - `silent`: not heard for `seconds`; without, for longer than is usual for this device - `speed`: above `above` km/h, for `seconds` at least - `fallen`, `alarm`: of a robot - `latency`: above `above` ms, for `seconds` at least - `disconnected`: of a broker's connection, for `seconds` at least - `flapping`: a broker's client came and went `times` within `seconds` - `number`: at `topic` (in `field` of its JSON) `above`, `below`, or `changed` */
export interface Condition {
  readonly type: 'absent' | 'alarm' | 'arrives' | 'battery' | 'disconnected' | 'fallen' | 'flapping' | 'latency' | 'leaves' | 'near' | 'number' | 'silent' | 'speed' | 'stays';
  readonly region?: string | null;
  readonly other?: string | null;
  readonly by?: string | null;
  readonly seconds?: number | null;
  readonly metres?: number | null;
  readonly above?: number | null;
  readonly below?: number | null;
  readonly changed?: boolean;
  readonly times?: number | null;
  readonly topic?: string | null;
  readonly field?: string | null;
  readonly margin?: number | null;
}

/** The password once more, where the session is not new. */
export interface Confirmed {
  readonly password?: string | null;
}

/** A source that a map names: plain text, and where more is said of it (empty: nowhere). */
export interface Credit {
  readonly text: string;
  readonly url?: string;
}

/** A part of a curve: of each bucket (`from` + its number times `step`) `low`, `high`, the `last` number and the time `at` of that. `after` goes on where it is not `complete`: a bucket may come again. `numbers` of `messages` had a number. */
export interface Curve {
  readonly ok: true;
  readonly broker: string;
  readonly topic: string;
  readonly field: string;
  readonly step: number;
  readonly buckets: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly last: readonly number[];
  readonly at: readonly number[];
  readonly messages: number;
  readonly numbers: number;
  readonly complete: boolean;
  readonly reached: number;
  readonly after?: string | null;
}

/** Which numbers: those of one `field` of a topic's JSON, such as `battery.level`. Without a field: of payloads that are a number. The least, the most and the last of each `step` (s) are told. */
export interface CurveQuery {
  readonly from: number | string;
  readonly to: number | string;
  readonly broker?: string;
  readonly topic: string;
  readonly field?: string;
  readonly step: number;
  readonly after?: string | null;
}

/** How much there is of a `day`, which begins and ends at these times. */
export interface DayCount {
  readonly day: string;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** The days of a month on which there is anything. */
export interface Days {
  readonly ok: true;
  readonly days: readonly DayCount[];
}

/** Which month, in which time zone. */
export interface DaysQuery {
  readonly month: string;
  readonly zone?: string | null;
  readonly type?: string | null;
  readonly sort?: string | null;
}

/** What is to be done with what a channel never took: tried `again`, or thrown away. */
export interface DeadLetterDecision {
  readonly id: string;
  readonly do: 'again' | 'discard';
}

/** What one's channels never took, the newest first. */
export interface DeadNotifications {
  readonly ok: true;
  readonly dead: readonly DeadShown[];
}

/** What a channel never took. `at` it happened, `ended`: when it was given up (epoch s). */
export interface DeadShown {
  readonly id: string;
  readonly channel: string;
  readonly title: string;
  readonly body: string;
  readonly at: number;
  readonly urgent: boolean;
  readonly alert: string;
  readonly why: string;
  readonly attempts: number;
  readonly ended: number;
}

/** How many devices, 1 to 1000. */
export interface DeliveriesQuery {
  readonly limit?: number | null;
}

/** The devices with the newest trouble first; `total`: so many are counted; of `forgotten` ones the counts were let go of. */
export interface DeliveryCounts {
  readonly ok: true;
  readonly devices: readonly DeviceFigures[];
  readonly total: number;
  readonly forgotten: number;
}

/** What came of one device's messages. */
export interface DeliveryOfDevice {
  readonly ok: true;
  readonly device: DeviceFigures;
}

/** What came of one device's messages since the server was started. `heard` messages; of their fixes some were `used`, some are `doubtful`: they cannot be right. `left_out`: optional parts that made no sense, of messages that were taken. `refused`: whole messages. `why` is the last reason, `at` (epoch s) when it was, `via` where that came from: a broker's name, `http` or `import`. `friend`: it is one that is known, by anything that was ever taken of it. */
export interface DeviceFigures {
  readonly device: string;
  readonly friend?: boolean;
  readonly heard: number;
  readonly used: number;
  readonly doubtful: number;
  readonly left_out: number;
  readonly refused: number;
  readonly why?: string;
  readonly at?: number | null;
  readonly via?: string;
}

/** A device by its canonical name `user/device`, with its further names. `card` is what its card calls it; `heard` is when it was heard last (epoch s). `listens` is the name in the topic on which it takes commands. */
export interface DeviceShown {
  readonly device: string;
  readonly names: readonly NameShown[];
  readonly card: string | null;
  readonly heard: number | null;
  readonly listens: string;
}

/** Devices by name. `more`: there are further ones; ask with a text. */
export interface Devices {
  readonly ok: true;
  readonly devices: readonly DeviceShown[];
  readonly more: boolean;
}

/** Which devices: those with this text in one of their names; empty for all. */
export interface DevicesQuery {
  readonly text?: string;
}

/** Topics whose values differ between a moment and now, by name; `after` goes on. */
export interface Difference {
  readonly ok: true;
  readonly at: number;
  readonly broker: string;
  readonly topics: readonly ChangedTopic[];
  readonly after?: string | null;
}

/** Since when, and below which prefix. */
export interface DifferenceQuery {
  readonly at: number | string;
  readonly below?: string | null;
  readonly after?: string | null;
  readonly broker?: string;
}

/** Yes, and nothing more. */
export interface Done {
  readonly ok: true;
}

/** A fix that cannot be right, and why (`sightline.kinds.friends.plausibility`). */
export interface Doubt {
  readonly lat: number;
  readonly lon: number;
  readonly tst: number;
  readonly why: string;
  readonly at: number;
  readonly acc?: number | null;
  readonly when?: number;
  readonly row?: number;
}

/** Which messages go into the file. */
export interface DownloadQuery {
  readonly from: number | string;
  readonly to: number | string;
  readonly broker?: string;
  readonly filter?: string | null;
  readonly text?: string;
}

/** A region as it is drawn. Without a `thing` it is new; else `version` is the one changed. Degrees and metres. */
export interface DrawnRegion {
  readonly name: string;
  readonly shape: 'circle' | 'polygon';
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly rad?: number | null;
  readonly points?: readonly (readonly [number, number])[] | null;
  readonly colour?: number | null;
  readonly shared?: boolean;
  readonly version?: number;
  readonly thing?: string | null;
}

/** A driving frame: `n` counts up, `ms` is the page's own clock, the keys are 0 to 0.75. */
export interface Drive {
  readonly thing: string;
  readonly lease: number;
  readonly n: number;
  readonly up: number;
  readonly down: number;
  readonly left: number;
  readonly right: number;
  readonly ms?: number | null;
}

/** `lease/ProBot1`: somebody drives this robot. No such thing: it is free. Where from, only an admin is told (the verb `drivers`). */
export interface Driven {
  readonly holder: string;
  readonly fence: number;
  readonly since: number;
  readonly state: 'moving' | 'parked' | 'still';
  readonly why?: string | null;
  readonly sent?: string | null;
  readonly trip?: number | null;
  readonly asks?: readonly string[];
  readonly loose?: boolean;
  readonly server?: string | null;
}

/** The driver of a robot, by which lease; `server`: through another one. */
export interface Driver {
  readonly holder: string;
  readonly address: string;
  readonly since?: number | null;
  readonly server?: string | null;
  readonly lease?: number | null;
}

/** Drivers by their robots. */
export interface Drivers {
  readonly ok: true;
  readonly drivers: Readonly<Record<string, Driver>>;
}

/** What telemetry shows of a command, after so many `seconds`. */
export interface EffectSeen {
  readonly ok: true;
  readonly seen: string;
  readonly seconds: number;
}

/** For browsers that poll: the connection is closed, and why. */
export interface EndedFrame {
  readonly t: 'ended';
  readonly why: string;
}

/** The friend's id again (`jane/phone`), so that nobody is erased by a slip. */
export interface Erase {
  readonly confirm: string;
}

/** Events, newest first. `next` is the `after` of the next page. */
export interface Events {
  readonly ok: true;
  readonly events: readonly HistoryEvent[];
  readonly next: string | null;
}

/** Which events. `after` is the `next` of the page before. */
export interface EventsQuery {
  readonly place?: string;
  readonly language?: string;
  readonly from?: number | string | null;
  readonly to?: number | string | null;
  readonly kind?: string | null;
  readonly thing?: string;
  readonly limit?: number;
  readonly after?: string | null;
}

/** `quota/owntracks/jane`: messages of this sender are refused. */
export interface Exceeded {
  readonly what: string;
  readonly why: string;
  readonly since: number;
  readonly at: number;
  readonly count: number;
}

/** How somebody signs in. `why_no_passkeys` says why none can be made here; empty: they can. `app` is since when an authenticator app is set up (null: none is) and `app_used` its last use. `recovery` codes are left. `demanded`: the role needs more than a password. */
export interface Factors {
  readonly ok: true;
  readonly password: boolean;
  readonly passkeys: readonly PasskeyShown[];
  readonly why_no_passkeys: string;
  readonly app: number | null;
  readonly app_used: number | null;
  readonly recovery: number;
  readonly demanded: boolean;
}

/** What was removed. `password`: the account has one, so that its owner can still sign in. */
export interface FactorsReset {
  readonly ok: true;
  readonly passkeys: number;
  readonly app: boolean;
  readonly password: boolean;
}

/** Whose figures: those of these names, later than `since`. With `stored` (s back in time) from the store, else since the server's start. */
export interface Figures {
  readonly thing: string;
  readonly names?: readonly string[] | null;
  readonly since?: number;
  readonly stored?: number | null;
}

/** Times, and for each name a list as long; null where a figure is unknown. */
export interface FiguresOverTime {
  readonly ok: true;
  readonly thing: string;
  readonly stored?: number | null;
  readonly at: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Which topics at or below `path`: those with `text` in them; empty for all. `values`: also those with the text in the beginning of their newest message; `retained`: only those of which the broker keeps a message. `after` is the last topic of the page before. */
export interface FindTopics {
  readonly path?: readonly string[];
  readonly text?: string;
  readonly values?: boolean;
  readonly retained?: boolean;
  readonly after?: string | null;
  readonly broker?: string | null;
}

/** The half session, the new app as it was told, and the code that it shows. */
export interface FirstCode {
  readonly half: string;
  readonly sealed: string;
  readonly code: string;
}

/** A match: what it is called, also where it stands; the position and the box around it. */
export interface FoundPlace {
  readonly name: string;
  readonly local: string;
  readonly type: 'city' | 'hamlet' | 'house' | 'neighbourhood' | 'park' | 'spot' | 'street' | 'suburb' | 'town' | 'village';
  readonly town: string;
  readonly lat: number;
  readonly lon: number;
  readonly box: readonly [number, number, number, number];
}

/** Matches, the likeliest first. */
export interface FoundPlaces {
  readonly ok: true;
  readonly places: readonly FoundPlace[];
}

/** One device as it is now, id `user/device`. Every field of the fix is of one fix. `tst` is the time of the fix by the device's clock, `at` our receipt of it (epoch s). Numbers are as sent: OwnTracks means whole ones for most, but does not promise them. */
export interface Friend {
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly tst?: number | null;
  readonly acc?: number | null;
  readonly alt?: number | null;
  readonly vac?: number | null;
  readonly vel?: number | null;
  readonly cog?: number | null;
  readonly batt?: number | null;
  readonly bs?: number | null;
  readonly p?: number | null;
  readonly m?: number | null;
  readonly tid?: string | null;
  readonly t?: string | null;
  readonly conn?: string | null;
  readonly SSID?: string | null;
  readonly BSSID?: string | null;
  readonly poi?: string | null;
  readonly tag?: string | null;
  readonly inregions?: readonly string[] | null;
  readonly at?: number | null;
  readonly ahead?: number | null;
  readonly untimed?: boolean;
  readonly name?: string | null;
  readonly inregions_tst?: number | null;
  readonly heard?: number | null;
  readonly clock?: number | null;
  readonly source?: string | null;
  readonly doubt?: Doubt | null;
  readonly presence: 'live' | 'offline' | 'stale';
  readonly evidence?: 'broker lost' | 'silence' | 'will' | null;
}

/** The half session, and a code of the app or a recovery code. */
export interface GivenCode {
  readonly half: string;
  readonly code: string;
}

/** `guard/main`: the guard process at the broker `main`, and how driving is there. */
export interface GuardState {
  readonly presence: 'live' | 'offline';
  readonly since: number;
  readonly stops_within: number;
  readonly parts?: readonly StopTimePart[];
  readonly driving?: string | null;
}

/** The half session of somebody who has to set an app up. */
export interface HalfOnly {
  readonly half: string;
}

/** The lease whose robot stops. `why` is hidden, blur or released; others will do. */
export interface Halt {
  readonly thing: string;
  readonly lease: number;
  readonly why?: string;
}

/** A message for a subscription: its payload as text, or as `base64`; `at` in epoch s. `size` (bytes) is told when the payload was cut; `dropped` messages before it found no room. */
export interface HeardFrame {
  readonly t: 'heard';
  readonly sub: string;
  readonly dropped?: number;
  readonly topic: string;
  readonly payload?: string | null;
  readonly base64?: string | null;
  readonly size?: number | null;
  readonly qos: number;
  readonly retain: boolean;
  readonly at: number;
}

/** The middle of a cell, and for how many `seconds` somebody was in it. */
export interface HeatCell {
  readonly lat: number;
  readonly lon: number;
  readonly seconds: number;
}

/** Where somebody was, cells of most time first; `cell_m` is how wide a cell is. */
export interface HeatMap {
  readonly ok: true;
  readonly thing: string;
  readonly seconds: number;
  readonly cell_m: number;
  readonly cells: readonly HeatCell[];
}

/** The bounds of a span, both inclusive, and how many cells there may be. */
export interface HeatQuery {
  readonly place?: string;
  readonly language?: string;
  readonly from?: number | string | null;
  readonly to?: number | string | null;
  readonly cells?: number;
}

/** The first frame of a connection. `epoch` names the numbering of changes, `server` its version. `now` is the server's clock in ms since 1970, `beat` the time between two signs of life in ms. */
export interface HelloFrame {
  readonly t: 'hello';
  readonly epoch: string;
  readonly server: string;
  readonly user: Person;
  readonly now: number;
  readonly beat: number;
  readonly limits: SizeLimits;
}

/** How many points are hidden, and what undoes that. */
export interface Hidden {
  readonly ok: true;
  readonly hidden: number;
  readonly undo: string;
}

/** Which points: all from-to; those in a `box`: south, west, north, east; those of `tst`. */
export interface Hide {
  readonly from?: number | string | null;
  readonly to?: number | string | null;
  readonly box?: readonly [number, number, number, number] | null;
  readonly tst?: readonly number[] | null;
}

/** Something that happened; besides these fields, what was said of it. A crossing has the `name` of the region, a phone's own transition its `desc`; a photo its place, what that is called (`poi`) and the picture's `hash` and size in pixels; a line of the command log `what` was done and by `who`. */
export interface HistoryEvent {
  readonly sort: 'alarm' | 'alert' | 'crossing' | 'drive' | 'log' | 'photo' | 'transition';
  readonly thing: string;
  readonly tst: number;
  readonly at: number;
  readonly hidden?: boolean | null;
  readonly place?: string | null;
  readonly name?: string | null;
  readonly desc?: string | null;
  readonly event?: string | null;
  readonly inferred?: boolean | null;
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly poi?: string | null;
  readonly hash?: string | null;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly what?: string | null;
  readonly who?: string | null;
  readonly why?: string | null;
  readonly [further: string]: unknown;
}

/** When a rule is looked at. Everything absent: always. */
export interface Hours {
  readonly days?: readonly (0 | 1 | 2 | 3 | 4 | 5 | 6)[] | null;
  readonly begin?: string | null;
  readonly end?: string | null;
  readonly holidays?: 'also' | 'not' | 'only';
  readonly country?: string | null;
  readonly zone?: string | null;
}

/** The certificate that the server shows; nothing is known of a proxy's. `names` it is for, its `issuer`, when it `expires` (epoch s); `standing`: good, soon (21 days before), urgent (7 days before), expired. `fault`: what is wrong with the files as they are now, while the certificate before stays in use; without `expires` there is none. */
export interface Https {
  readonly names?: readonly string[];
  readonly issuer?: string;
  readonly expires?: number | null;
  readonly standing?: string | null;
  readonly fault?: string | null;
}

/** Where else an account can be signed in to, and where that can be linked. */
export interface Identities {
  readonly ok: true;
  readonly identities: readonly IdentityShown[];
  readonly providers: readonly ProviderShown[];
}

/** Somebody at a provider. `provider` is its label, or its address when it is set no more. `called` is their name there when it was linked. Times in epoch s, `used` null: never. */
export interface IdentityShown {
  readonly id: string;
  readonly provider: string;
  readonly called: string;
  readonly subject: string;
  readonly created: number;
  readonly used: number | null;
}

/** The id of a new invitation, and its address, told this once. `reach` says from where that address can be reached, `ends` until when (epoch s). */
export interface InvitationMade {
  readonly ok: true;
  readonly id: string;
  readonly url: string;
  readonly ends: number;
  readonly reach?: 'anywhere' | 'machine' | 'network';
}

/** An invitation without its secret. `account`: it lets this one choose a new password, and carries nothing. `owner` empty: made on the command line. Times in epoch s. */
export interface InvitationShown {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly account: string;
  readonly role: 'admin' | 'operator' | 'viewer';
  readonly see: readonly string[];
  readonly drive: readonly string[];
  readonly own: readonly string[];
  readonly adds_phone: boolean;
  readonly created: number;
  readonly ends: number;
  readonly state: 'ended' | 'open' | 'revoked' | 'used';
}

/** Invitations, the newest first. */
export interface Invitations {
  readonly ok: true;
  readonly invitations: readonly InvitationShown[];
}

/** Who is here now; or what the invitation is, and what it `needs` to be given. `by` is who invites (empty: those who look after the server), `ends` until when (epoch s), `account` who chooses a new password. `adds_phone`: they are to add a phone of their own. `passkey`: one may take the place of the password. `wants` and `half`: see `SignedIn`. */
export interface Invited {
  readonly ok: true;
  readonly user?: Person | null;
  readonly degraded?: string | null;
  readonly needs?: readonly string[] | null;
  readonly by?: string;
  readonly account?: string;
  readonly ends?: number;
  readonly adds_phone?: boolean;
  readonly passkey?: boolean;
  readonly wants?: 'code' | 'enrol' | null;
  readonly half?: string | null;
}

/** The secret of an invitation; with a password (and a name, for a new account): come in. A passkey may take the place of the password; `label` is what it is called. */
export interface Joining {
  readonly token: string;
  readonly name?: string | null;
  readonly password?: string | null;
  readonly passkey?: MadePasskey | null;
  readonly label?: string;
}

/** How many fixes are used, `believed` ones among them, and how many are doubtful, by reason. */
export interface Judged {
  readonly ok: true;
  readonly used: number;
  readonly believed: number;
  readonly doubtful: Readonly<Record<string, number>>;
}

/** The bounds of what is counted, both inclusive. */
export interface JudgedQuery {
  readonly from?: number | string | null;
  readonly to?: number | string | null;
}

/** The lease, and what the server promises with it. `silence` and `keep` in ms, `rate` in frames a second, `stops_within` in s; `most` is the most a key may say. */
export interface LeaseGiven {
  readonly ok: true;
  readonly lease: number;
  readonly silence: number;
  readonly keep: number;
  readonly most: number;
  readonly rate: number;
  readonly stops_within: number;
}

/** The state of one broker connection. `since` is when this state began and `next` when the next attempt is made (epoch s, ours). `why` says in words why it was lost or refused. `tries` counts attempts since it last stood. `state` has no default, so that it always appears on the wire. */
export interface Link {
  readonly state: 'connected' | 'connecting' | 'lost';
  readonly since: number;
  readonly why?: string | null;
  readonly next?: number | null;
  readonly tries?: number;
  readonly address?: string;
  readonly protocol?: string;
  readonly tls?: boolean;
  readonly heard?: number | null;
  readonly mute?: boolean;
}

/** The secret of a shared link. */
export interface LinkSecret {
  readonly token: string;
}

/** A shared link. `standing` is open, early, ended or revoked. */
export interface LinkShown {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly things: readonly string[];
  readonly created: number;
  readonly starts: number;
  readonly ends: number;
  readonly standing: 'early' | 'ended' | 'open' | 'revoked';
  readonly visitors: number;
}

/** Links, the newest first. */
export interface Links {
  readonly ok: true;
  readonly links: readonly LinkShown[];
}

/** One line of a broker's log; its key is `log/<broker>/<n>`. It never changes. `at` is our receipt, `tst` the broker's own time (epoch s) if it tells one. `level`: error, warning, notice, information, subscribe, unsubscribe, websockets. `client` is the id of the client it speaks of. */
export interface LogLine {
  readonly broker: string;
  readonly n: number;
  readonly at: number;
  readonly level: string;
  readonly text: string;
  readonly tst?: number | null;
  readonly client?: string | null;
}

/** Whether the page shows the `past`. */
export interface Look {
  readonly past: boolean;
}

/** A passkey that a browser made. `state` is that of the challenge; the rest is base64url. */
export interface MadePasskey {
  readonly state: string;
  readonly id: string;
  readonly client_data: string;
  readonly attestation: string;
  readonly transports?: readonly string[];
}

/** Rules that are made or changed together, each as by a request of its own. */
export interface ManyRules {
  readonly rules: readonly RuleFields[];
}

/** A map of this server. `problem` says why it is not shown; empty: it is. `source` is the name of the file it was made of; `size` in bytes, `updated` in epoch s. */
export interface MapShown {
  readonly name: string;
  readonly title: string;
  readonly role: 'base' | 'layer';
  readonly schema: '' | 'openmaptiles' | 'protomaps' | 'shortbread';
  readonly bounds: readonly [number, number, number, number];
  readonly min_zoom: number;
  readonly max_zoom: number;
  readonly size: number;
  readonly updated: number;
  readonly source: string;
  readonly places: boolean;
  readonly problem: string;
}

/** A map that the page can draw; its key is `map/<name>`. All fields are always there. */
export interface MapSource {
  readonly title: string;
  readonly role: 'base' | 'layer';
  readonly type: 'pmtiles' | 'raster' | 'style';
  readonly url: string;
  readonly schema: '' | 'openmaptiles' | 'protomaps' | 'shortbread';
  readonly bounds: readonly [number, number, number, number];
  readonly min_zoom: number;
  readonly max_zoom: number;
  readonly tile_size: number;
  readonly attribution: readonly Credit[];
  readonly size: number;
  readonly updated: number;
  readonly places: boolean;
}

/** The maps of this server, by name; `trouble` says why there may be others. */
export interface Maps {
  readonly ok: true;
  readonly maps: readonly MapShown[];
  readonly trouble: string;
}

/** Who is here. `degraded` says why nothing can be written just now. */
export interface Me {
  readonly ok: true;
  readonly user: Person;
  readonly degraded?: string | null;
}

/** The device (`user/device`) that stays, and has both pasts. */
export interface Merge {
  readonly into: string;
}

/** The outcome of a merge. `newer` is the name whose present position stays. `gains` are accounts that see one of the two now, and would see both pasts; `links` are shared links that would show the joined device, having shown one of the two. */
export interface MergePreview {
  readonly ok: true;
  readonly device: string;
  readonly into: string;
  readonly names: readonly string[];
  readonly newer: string;
  readonly gains: readonly string[];
  readonly links: readonly string[];
}

/** The device (`user/device`) that would stay. */
export interface MergeQuery {
  readonly into: string;
}

/** Which messages. `newest`: the newest first. */
export interface MessagesQuery {
  readonly from: number | string;
  readonly to: number | string;
  readonly broker?: string;
  readonly filter?: string | null;
  readonly text?: string;
  readonly newest?: boolean;
  readonly after?: string | null;
  readonly limit?: number;
}

/** A further name of a device. `how`: it was seen, or an admin merged or renamed; `at`: since when, epoch s. */
export interface NameShown {
  readonly name: string;
  readonly how: string;
  readonly at: number;
}

/** A request about one region. */
export interface NamedRegion {
  readonly thing: string;
}

/** The address (`https://map.example.org`); empty: it is not known again. */
export interface NewAddress {
  readonly url: string;
}

/** A new app, told this once: the `secret` to type, the same as an `address` for a QR code. `sealed` is brought back with the first code. */
export interface NewApp {
  readonly ok: true;
  readonly secret: string;
  readonly address: string;
  readonly sealed: string;
}

/** A channel to make. `push` has a `subscription`; `address` an `address` as apprise reads it (`ntfys://ntfy.example.org/topic`, `mailtos://…`); `webhook` the `address` that is posted to; `mqtt` neither. `zone` is for quiet hours (empty: UTC). */
export interface NewChannel {
  readonly type: 'address' | 'mqtt' | 'push' | 'webhook';
  readonly name: string;
  readonly language?: string;
  readonly zone?: string;
  readonly subscription?: PushSubscription | null;
  readonly address?: string;
}

/** Whom to link: the `subject` (`sub`) by which a provider knows somebody. */
export interface NewIdentity {
  readonly provider: string;
  readonly subject: string;
}

/** An invitation to make: for whom (`name`, for the list only) and what it carries. `adds_phone`: the page offers to add their phone, once they are in. */
export interface NewInvitation {
  readonly name: string;
  readonly role?: 'admin' | 'operator' | 'viewer';
  readonly see?: readonly string[];
  readonly drive?: readonly string[];
  readonly own?: readonly string[];
  readonly adds_phone?: boolean;
  readonly days?: number;
}

/** A link to make. `starts` and `ends` in epoch s; without `starts`: from now on. */
export interface NewLink {
  readonly name: string;
  readonly things: readonly string[];
  readonly ends: number;
  readonly starts?: number | null;
}

/** The id of a new link, and its address, told this once. `reach` says from where that address can be reached. */
export interface NewLinkMade {
  readonly ok: true;
  readonly id: string;
  readonly url: string;
  readonly reach?: 'anywhere' | 'machine' | 'network';
}

/** A passkey that the browser has made, and what it is to be called. */
export interface NewPasskey {
  readonly name: string;
  readonly passkey: MadePasskey;
}

/** The present password and the next. `end_tokens`: end the API tokens, too. */
export interface NewPassword {
  readonly old: string;
  readonly new: string;
  readonly end_tokens?: boolean;
}

/** A phone to add. `name` is what people call its owner; `owner` an account (admins only; empty: one's own). `base` is the page's own address. `another`: besides one they have. */
export interface NewPhone {
  readonly name: string;
  readonly owner?: string;
  readonly app?: 'owntracks' | 'gpslogger' | 'homeassistant' | 'overland' | 'phonetrack' | 'traccar';
  readonly base?: string;
  readonly another?: boolean;
}

/** A map at an address. `{key}` in the address stands for the `key`, which is never shown again here, but sent to every browser. `hosts`: the further hosts that were agreed to. */
export interface NewRemoteMap {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly role?: 'base' | 'layer';
  readonly type?: 'pmtiles' | 'raster' | 'style' | null;
  readonly attribution?: string;
  readonly attribution_url?: string;
  readonly tile_size?: number;
  readonly min_zoom?: number;
  readonly max_zoom?: number;
  readonly key?: string;
  readonly hosts?: readonly string[];
  readonly anyway?: boolean;
}

/** A link by which somebody chooses a new password, good for so many days. */
export interface NewReset {
  readonly days?: number;
}

/** A number, as `+49 170 1234567`; empty: none. */
export interface NewTelephone {
  readonly telephone: string;
}

/** A token to make. `things` are friends (scope publish); `days` None: until revoked. */
export interface NewToken {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly things?: readonly string[];
  readonly days?: number | null;
}

/** The text of a new token, told this once, and its id. */
export interface NewTokenMade {
  readonly ok: true;
  readonly token: string;
  readonly id: string;
}

/** An account to make. Without a password nobody can sign in with it, but its tokens work. `display` is what people call them, where that is not the name as it is typed here. */
export interface NewUser {
  readonly name: string;
  readonly display?: string | null;
  readonly role?: 'admin' | 'operator' | 'viewer';
  readonly password?: string | null;
  readonly see?: readonly string[];
  readonly drive?: readonly string[];
  readonly own?: readonly string[];
}

/** Things that changed, in ascending order; afterwards the browser stands at `seq`. `whole`: forget everything first. `more`: the rest of the picture follows. `missed`: so many things of a kind came and went unseen. */
export interface NewsFrame {
  readonly t: 'news';
  readonly seq: number;
  readonly whole?: boolean;
  readonly more?: boolean;
  readonly missed?: Readonly<Record<string, number>>;
  readonly things: readonly ChangedThing[];
}

/** A call that says all by its path. */
export type NoFields = Readonly<Record<string, never>>;

/** A request without fields. */
export type Nothing = Readonly<Record<string, never>>;

/** A request about one phone: `friend/user/device`. */
export interface OfPhone {
  readonly thing: string;
}

/** A request about one robot. */
export interface OfRobot {
  readonly thing: string;
}

/** The driver's answer to the one who asked. */
export interface OfferReply {
  readonly thing: string;
  readonly lease: number;
  readonly to: string;
  readonly yes?: boolean;
}

/** A channel. `secret`: what signs a new webhook's messages (`whsec_…`), told this once. */
export interface OneChannel {
  readonly ok: true;
  readonly channel: ChannelShown;
  readonly secret?: string | null;
}

/** A device with all its names, as it is called now. */
export interface OneDevice {
  readonly ok: true;
  readonly device: DeviceShown;
}

/** One passkey of one's own. */
export interface OnePasskey {
  readonly ok: true;
  readonly passkey: PasskeyShown;
}

/** A thing as it is. */
export interface OneThing {
  readonly ok: true;
  readonly thing: Thing;
}

/** One account, for admins. */
export interface OneUser {
  readonly ok: true;
  readonly user: UserShown;
}

/** What was hidden or believed and not undone, newest first. */
export interface Overruled {
  readonly ok: true;
  readonly acts: readonly OverruledAct[];
}

/** One act: so many fixes were hidden, or used, `at` a time; what undoes that. */
export interface OverruledAct {
  readonly what: 'hide' | 'use';
  readonly at: number | null;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly undo: string;
}

/** What a passkey is to sign. `rp` is the name that it belongs to, `lasts` in s. */
export interface PasskeyChallenge {
  readonly ok: true;
  readonly challenge: string;
  readonly rp: string;
  readonly state: string;
  readonly lasts?: number;
}

/** The secret of an invitation, and the name that a new account is to have. */
export interface PasskeyFor {
  readonly token: string;
  readonly name?: string | null;
}

/** What a passkey is called. */
export interface PasskeyName {
  readonly name: string;
}

/** A passkey. `at` is the name of the page that it works at; `used`: null for never. `synced`: it is on other devices of the person, too. */
export interface PasskeyShown {
  readonly id: string;
  readonly name: string;
  readonly at: string;
  readonly synced: boolean;
  readonly created: number;
  readonly used: number | null;
}

/** What a passkey has signed. */
export interface PasskeySignIn {
  readonly passkey: SignedPasskey;
}

/** What a browser needs to make a passkey. `user` is the account's number, in base64url. `known` are the passkeys there are already, `algorithms` COSE numbers. */
export interface PasskeyToMake {
  readonly ok: true;
  readonly challenge: string;
  readonly rp: string;
  readonly state: string;
  readonly user: string;
  readonly name: string;
  readonly display: string;
  readonly known: readonly string[];
  readonly algorithms?: readonly number[];
  readonly lasts?: number;
}

/** One level of a topic by its `name`, as it was then; what is 0 or unknown is left out. `messages`, `topics`, `retained` (retained messages that were heard of) and `at` (the newest) are of it and all below. Of the topic itself: `count` of its messages, its last value as text (`last`) or `hex`, cut, `size`, `qos` and whether it came `retain`ed; `differs`: it holds something else now. */
export interface PastLevel {
  readonly name: string;
  readonly messages: number;
  readonly topics?: number;
  readonly children?: number;
  readonly retained?: number;
  readonly at?: number | null;
  readonly count?: number;
  readonly last?: string | null;
  readonly hex?: string | null;
  readonly size?: number | null;
  readonly qos?: number | null;
  readonly retain?: boolean;
  readonly differs?: boolean | null;
}

/** A message as it came: `payload` as text, else `base64`; `size` where it was cut. */
export interface PastMessage {
  readonly topic: string;
  readonly at: number;
  readonly payload?: string | null;
  readonly base64?: string | null;
  readonly size?: number | null;
  readonly qos?: number;
  readonly retain?: boolean;
}

/** Messages of a span. `after` goes on where it is not `complete`. `reached` is the time up to which the span was looked through in the time that one answer has. */
export interface PastMessages {
  readonly ok: true;
  readonly broker: string;
  readonly messages: readonly PastMessage[];
  readonly complete: boolean;
  readonly reached: number;
  readonly after?: string | null;
}

/** A page of the topic tree as it was `at` a moment. `node` is the level itself. `begins` is when the archive begins (absent: it is empty); `total` levels are directly below. */
export interface PastTree {
  readonly ok: true;
  readonly at: number;
  readonly broker: string;
  readonly below: string;
  readonly begins?: number | null;
  readonly node: PastLevel;
  readonly children: readonly PastLevel[];
  readonly total: number;
  readonly after?: string | null;
}

/** What a topic held `at` a moment: its last message by then, and its retained one. Absent: none was heard by then. `now` is its last message of all; `begins` when its first one was archived. `fields` are the numbers in the payload; `clients` are those of the broker's that publish it, as far as the list of clients knows. */
export interface PastValue {
  readonly ok: true;
  readonly at: number;
  readonly broker: string;
  readonly topic: string;
  readonly value?: PastMessage | null;
  readonly retained?: PastMessage | null;
  readonly now?: PastMessage | null;
  readonly differs?: boolean;
  readonly begins?: number | null;
  readonly fields: readonly string[];
  readonly clients: readonly string[];
}

/** Somebody was in a region (its key) from then to then. */
export interface PastVisit {
  readonly region: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The display names, by account; of those only that have one. */
export interface People {
  readonly ok: true;
  readonly people: Readonly<Record<string, string>>;
}

/** Names of accounts, one a line: as drivers, regions and links show them. */
export interface PeopleQuery {
  readonly names?: string;
}

/** Who somebody is, for themselves: the `user` of hello and of the API. Times in epoch s. `rights` are what the page needs to know to offer only what will be granted. */
export interface Person {
  readonly name: string;
  readonly role: 'admin' | 'operator' | 'viewer';
  readonly way: 'account' | 'guest' | 'link' | 'token';
  readonly rights: Rights;
  readonly expires?: number | null;
  readonly scopes?: readonly string[] | null;
  readonly display?: string | null;
}

/** The state of our dealings with one device, id `user/device`. `transport` is how it was last heard, `app` by which app that is not OwnTracks (a title; empty: by OwnTracks): such an app takes no commands. `encrypted`: it encrypts what it sends. `status` is what it last said about itself, in short texts. */
export interface Phone {
  readonly transport?: 'http' | 'mqtt' | null;
  readonly app?: string;
  readonly encrypted?: boolean;
  readonly platform?: '?' | 'android' | 'ios';
  readonly regions?: RegionSync | null;
  readonly commands?: readonly PhoneCommand[];
  readonly status?: Readonly<Record<string, string>> | null;
}

/** What sets a phone up, told this once. `exists`: there is such a phone already, and nothing was done. `link`, `address` and `text` as in the request `setup`; `url`, `user`, `device` and `password` are what is typed by hand. */
export interface PhoneAdded {
  readonly ok: true;
  readonly thing: string;
  readonly exists?: boolean;
  readonly link?: string;
  readonly address?: string;
  readonly text?: string;
  readonly url?: string;
  readonly user?: string;
  readonly device?: string;
  readonly password?: string;
  readonly plain?: boolean;
  readonly reach?: 'anywhere' | 'machine' | 'network';
}

/** What came of a phone that is waited for since `since`. `here` is when its first position came, `reached` when it came at all. `trouble` is why its last post did not count, `detail` what stood in it, `address` where it came from, `at` when; `tries`: so many times. Times in epoch s. */
export interface PhoneAttempt {
  readonly ok: true;
  readonly since: number;
  readonly here: number | null;
  readonly reached: number | null;
  readonly trouble?: 'busy' | 'none' | 'other_device' | 'other_user' | 'unreadable' | 'wrong_password';
  readonly detail?: string;
  readonly address?: string;
  readonly at?: number | null;
  readonly tries?: number;
}

/** One command to a phone. `at` is when it came into this state, `by` who asked. */
export interface PhoneCommand {
  readonly n: number;
  readonly do: 'clear' | 'locate' | 'read' | 'regions' | 'status';
  readonly state: 'asked' | 'done' | 'expired' | 'failed' | 'sent';
  readonly at: number;
  readonly by: string;
  readonly why?: string;
}

/** The address that phones are given. `settled`: the settings say it; else `chosen` is what an admin chose; both empty: not known yet. `guess` is our own address in this network, where we listen to it; `here_only`: we answer this machine only. `mqtt`: phones may also be set up to speak to the broker. */
export interface PhonePlace {
  readonly settled: string;
  readonly chosen: string;
  readonly guess: string;
  readonly here_only: boolean;
  readonly mqtt: boolean;
}

/** A phone that has not reported yet. `since` is when it was added, epoch s. */
export interface PhoneShown {
  readonly thing: string;
  readonly name: string;
  readonly owner: string;
  readonly since: number;
}

/** Phones that wait for their first message, the newest first, and how more are added. */
export interface Phones {
  readonly ok: true;
  readonly phones: readonly PhoneShown[];
  readonly may_add: boolean;
  readonly place: PhonePlace;
}

/** `picture/ProBot1`: what it looks like, from the settings. */
export interface Picture {
  readonly mime: 'image/jpeg' | 'image/png';
  readonly data: string;
}

/** The server's time, ms since 1970. */
export interface PingAnswer {
  readonly ok: true;
  readonly now: number;
}

/** Whether places are wanted beside positions, and in which language. */
export interface PlaceQuery {
  readonly place?: string;
  readonly language?: string;
}

/** The beginning of words of a name; what is nearest to a position comes first. */
export interface PlaceSearch {
  readonly text: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly language?: string;
  readonly limit?: number;
}

/** A position in words; what is not known is empty. `text` is all of it in one line. */
export interface PlaceShown {
  readonly text: string;
  readonly street: string;
  readonly number: string;
  readonly park: string;
  readonly part: string;
  readonly town: string;
}

/** Positions [lat, lon] in degrees, and the language of names, such as `de`. */
export interface PlacesAt {
  readonly positions: readonly (readonly [number, number])[];
  readonly language?: string;
}

/** What lies at each position, in their order. */
export interface PlacesShown {
  readonly ok: true;
  readonly places: readonly PlaceShown[];
}

/** A `Face` as browsers get it: the picture is at `/faces/<user>/<device>/<hash>`. */
export interface Portrait {
  readonly mime: string;
  readonly hash: string;
}

/** One robot as it is now, id `ProBot1`. It does not know where it is. The robot repeats its last line many times a second, even when the program that measures hangs, so that a message is no proof of a fresh value: hence two times. */
export interface ProBot {
  readonly presence: 'live' | 'offline' | 'stale';
  readonly evidence?: 'broker lost' | 'silence' | 'will' | null;
  readonly name?: string | null;
  readonly order?: number | null;
  readonly batt?: number | null;
  readonly batt_raw?: number | null;
  readonly angle?: number | null;
  readonly routine?: 'not running' | 'started' | 'stopped' | 'unknown' | null;
  readonly rtt?: number | null;
  readonly ip?: string | null;
  readonly source?: string;
  readonly base?: string;
  readonly at?: number | null;
  readonly heard?: number | null;
}

/** What became of frame `n`: go, still or parked, and `why`. `sent` is what the robot was told last; `trip` is the way of a command to the broker and back, ms. */
export interface Progress {
  readonly ok: true;
  readonly n: number;
  readonly state: string;
  readonly sent: string;
  readonly why?: string | null;
  readonly trip?: number | null;
}

/** What follows `#oidc=` in the address by which one came back. */
export interface ProviderAnswer {
  readonly answer: string;
}

/** A provider that people can sign in at: its name in addresses, and what people call it. */
export interface ProviderShown {
  readonly name: string;
  readonly label: string;
}

/** A message. `form` says how its payload is written: text, json, hex or base64. */
export interface Publish {
  readonly topic: string;
  readonly payload?: string;
  readonly form?: string;
  readonly qos?: 0 | 1;
  readonly retain?: boolean;
  readonly broker?: string | null;
}

/** The public key that a page subscribes with (base64url, `applicationServerKey`). */
export interface PushKey {
  readonly ok: true;
  readonly key: string;
}

/** The keys of a browser's subscription, base64url. */
export interface PushKeys {
  readonly p256dh: string;
  readonly auth: string;
}

/** A browser's subscription, as `PushSubscription.toJSON()` returns it. */
export interface PushSubscription {
  readonly endpoint: string;
  readonly keys: PushKeys;
}

/** One rejected message, as people see it. `size` in bytes, `at` in epoch s. */
export interface Quarantined {
  readonly n: number;
  readonly at: number;
  readonly source: string;
  readonly topic: string;
  readonly counter: string;
  readonly why: string;
  readonly size: number;
  readonly head: string;
}

/** Hours in which nothing is told that can wait. From `begin` to `end`, times of day such as `22:00`, in `zone` (absent: the channel's). `then`: what was not told is told at the end in one message, or dropped. */
export interface Quiet {
  readonly begin: string;
  readonly end: string;
  readonly zone?: string | null;
  readonly then?: 'drop' | 'summary';
}

/** What bringing in a rule would do: from which `line`, and to which rule of what version. `trouble` is what is wrong with it: then it cannot be brought in. */
export interface ReadChange {
  readonly line: number;
  readonly change: 'changed' | 'new' | 'same';
  readonly rule: ReadRule;
  readonly thing?: string | null;
  readonly version?: number;
  readonly trouble: readonly RuleTrouble[];
}

/** A rule as it was read of a text, without who made it and when. */
export interface ReadRule {
  readonly name?: string;
  readonly about: readonly string[];
  readonly condition: Condition;
  readonly hours?: Hours;
  readonly tell: readonly Recipient[];
  readonly urgent?: boolean;
  readonly every?: number;
  readonly again?: number | null;
  readonly enabled?: boolean;
}

/** Rules as text; `one`: the whole text is one rule. */
export interface ReadRules {
  readonly text: string;
  readonly one?: boolean;
}

/** An account that is told, `after` s without an acknowledgement (0: at once). */
export interface Recipient {
  readonly account: string;
  readonly after?: number;
}

/** What the archive keeps: its settings, its days, and what a day costs. `begins` and `ends` are those of its messages. `missing` days are between others and have none. `a_day` are bytes on the disk of a whole day: measured of whole days, or of `measured` `hours` since it began. `flaws` are the first of `flawed`. */
export interface Recorded {
  readonly ok: true;
  readonly enabled: boolean;
  readonly topics: readonly string[];
  readonly days: number;
  readonly megabytes: number;
  readonly brokers: readonly string[];
  readonly begins?: number | null;
  readonly ends?: number | null;
  readonly recorded: readonly RecordedDay[];
  readonly missing: readonly string[];
  readonly size: number;
  readonly messages: number;
  readonly a_day?: number | null;
  readonly measured?: 'days' | 'hours' | null;
  readonly shares: readonly RecordedShare[];
  readonly flaws: readonly RecordedFlaw[];
  readonly flawed: number;
}

/** A day (UTC) of the archive: `size` on the disk, and messages. `open`: it goes on. */
export interface RecordedDay {
  readonly day: string;
  readonly size: number;
  readonly messages: number;
  readonly open?: boolean;
}

/** A place of a file that cannot be used or is doubtful: line (0: all of it) and why. */
export interface RecordedFlaw {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** What begins with this level of all that is recorded: messages, bytes before compression. */
export interface RecordedShare {
  readonly level: string;
  readonly topics: number;
  readonly messages: number;
  readonly size: number;
}

/** Recovery codes, told this once. */
export interface RecoveryCodes {
  readonly ok: true;
  readonly codes: readonly string[];
}

/** A circle (`lat lon rad`) or a polygon (`points`). Degrees and m. */
export interface Region {
  readonly name: string;
  readonly shape: 'circle' | 'polygon';
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly rad?: number | null;
  readonly points?: readonly (readonly [number, number])[] | null;
  readonly owner?: string | null;
  readonly version: number;
  readonly by: string;
  readonly at: number;
  readonly origin: 'page' | 'phone';
  readonly phone?: string | null;
  readonly colour?: number | null;
}

/** The phone's own regions against those it should have (`version`). */
export interface RegionSync {
  readonly state: 'asked' | 'confirmed' | 'drifted' | 'none' | 'refused' | 'sent';
  readonly version?: number;
  readonly at?: number;
  readonly why?: string;
}

/** How often and for how many `seconds` somebody was in a region (its key). */
export interface RegionTotal {
  readonly region: string;
  readonly name: string;
  readonly visits: number;
  readonly seconds: number;
}

/** The lease that ends. */
export interface Release {
  readonly thing: string;
  readonly lease: number;
}

/** The maps at addresses, by name; `trouble` says why there may be others. */
export interface RemoteMapList {
  readonly ok: true;
  readonly maps: readonly RemoteMapShown[];
  readonly trouble: string;
}

/** A map at an address, without its key. `fixed`: it is in the settings file. */
export interface RemoteMapShown {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly role: 'base' | 'layer';
  readonly type: 'pmtiles' | 'raster' | 'style';
  readonly schema: '' | 'openmaptiles' | 'protomaps' | 'shortbread';
  readonly hosts: readonly string[];
  readonly has_key: boolean;
  readonly fixed: boolean;
  readonly by: string;
  readonly at: number;
}

/** What came of a trial. `fault` is a sentence; empty: all is well. `hosts` are those that every browser will ask, and that thereby learn what people look at. */
export interface RemoteMapTried {
  readonly ok: true;
  readonly fault: string;
  readonly hosts: readonly string[];
  readonly credit: string;
  readonly type: 'pmtiles' | 'raster' | 'style';
}

/** Which region, and the version that is removed. */
export interface RemovedRegion {
  readonly thing: string;
  readonly version?: number | null;
}

/** Which rule, and the version that is removed. */
export interface RemovedRule {
  readonly thing: string;
  readonly version?: number | null;
}

/** The new name of the device, `user/device`. */
export interface Rename {
  readonly name: string;
}

/** The fields of a request; others are ignored. */
export type RequestFields = Readonly<Record<string, never>>;

/** The place of a browser's picture: the numbering it knows and the last number it saw. */
export interface Resume {
  readonly t: 'resume';
  readonly epoch?: string | null;
  readonly seq?: number;
}

/** For how many days positions are kept; None: as long as the server's settings say. */
export interface Retention {
  readonly days: number | null;
}

/** For how many days positions are kept; null: as long as the server's settings say. */
export interface RetentionShown {
  readonly ok: true;
  readonly days: number | null;
}

/** What the page needs to know to offer only what will be granted. Lists of grant words. */
export interface Rights {
  readonly see: readonly string[];
  readonly drive: readonly string[];
  readonly own: readonly string[];
  readonly admin: boolean;
  readonly looks_only: boolean;
}

/** Which robot, and what becomes of its main routine. */
export interface Routine {
  readonly thing: string;
  readonly to: 'start' | 'stop';
}

/** `rule/<account>/<id>`: who wants to be told of what. */
export interface Rule {
  readonly name?: string;
  readonly about: readonly string[];
  readonly condition: Condition;
  readonly hours?: Hours;
  readonly tell: readonly Recipient[];
  readonly urgent?: boolean;
  readonly every?: number;
  readonly again?: number | null;
  readonly enabled?: boolean;
  readonly version: number;
  readonly by: string;
  readonly at: number;
  readonly trouble?: string | null;
}

/** A rule as it is made. Without a `thing` it is new; else `version` is the one changed. */
export interface RuleFields {
  readonly thing?: string | null;
  readonly version?: number;
  readonly name?: string;
  readonly about: readonly string[];
  readonly condition: Condition;
  readonly hours?: Hours;
  readonly tell: readonly Recipient[];
  readonly urgent?: boolean;
  readonly every?: number;
  readonly again?: number | null;
  readonly enabled?: boolean;
}

/** What a rule would have told, oldest first; `count` of them, even if not all are listed. `looked_at` entries of history, from-to; `quiet` more fell outside of the rule's hours. */
export interface RuleTried {
  readonly ok: true;
  readonly would: readonly WouldTell[];
  readonly count: number;
  readonly looked_at: number;
  readonly from: number;
  readonly to: number;
  readonly quiet: number;
  readonly trouble: readonly RuleTrouble[];
}

/** What is wrong with a rule: a code of `sightline.rules.check`, words, and the field. */
export interface RuleTrouble {
  readonly code: string;
  readonly words: string;
  readonly field?: string | null;
}

/** What a text would change, line by line, and its errors. `left_out` of one's rules are not in the text: they stay. `room` is for how many more. */
export interface RulesRead {
  readonly ok: true;
  readonly changes: readonly ReadChange[];
  readonly errors: readonly TextError[];
  readonly left_out: number;
  readonly room: number;
}

/** Rules as text, and how many they are. */
export interface RulesText {
  readonly ok: true;
  readonly text: string;
  readonly count: number;
}

/** The region as it is kept now. */
export interface SavedRegion {
  readonly ok: true;
  readonly thing: string;
  readonly version: number;
}

/** The rule as it is kept now. */
export interface SavedRule {
  readonly ok: true;
  readonly thing: string;
  readonly version: number;
}

/** The keys of the rules as they are kept now, in the order in which they came. */
export interface SavedRules {
  readonly ok: true;
  readonly things: readonly string[];
}

/** Things as they were `at` a time. */
export interface Scene {
  readonly ok: true;
  readonly at: number;
  readonly things: readonly Thing[];
}

/** The time of a scene. */
export interface SceneQuery {
  readonly at: number | string;
}

/** How large the message was. */
export interface Sent {
  readonly ok: true;
  readonly size: number;
}

/** The figures of the server. `started` in epoch s; `received`, `accepted` and `overflow` in messages since then; `rejected` by reason; `rate` in messages/s; `lag` is the worst delay of the reactor in the last second, in ms; `overflow` counts messages lost because our own queue was full. `frames` to browsers per second; `behind`: browsers that are catching up; `queue`: messages waiting between the network and us; `unsent`: messages of ours that a broker did not take in time; `faults`: mistakes of ours that were caught; `things` in the world; `console`: subscriptions of all consoles, `console_dropped`: messages they were too slow for; `topics` in the topic trees; `refused`: commands of browsers that were refused, by reason; `archive_lost`: messages that found no room on their way into the archive; `turned_away`: connections there was no room for. `https`: the certificate, if we have one. Absent: 0. Of several servers: `replica` is this one's name, `on_duty` whether it does what only one should do. While `shared_why` is told, what they share cannot be reached: nobody drives, or accounts and regions cannot be changed. `database`: what is shared, where it is in PostgreSQL. `telling`: how people are told outside the page; absent while there are no channels. `degraded`: something cannot be written; all the rest goes on, and so does this by itself. `demo`: friends and robots are simulated. Of history: `store` names where it is kept; `backlog` records wait to be there, the oldest for `backlog_age` s; of these `unindexed` are safe in the log already and wait for the store alone, the oldest for `unindexed_age` s. `damaged_lines` of the log could not be read. `kept` records are safe, `unkept` found no room or could not be; while `history_why` is told the log or the store takes nothing. `history_rows` and `history_bytes` are its size, `history_since` the time of its oldest entry (epoch s). While the machine's clock is known to be wrong, `clock_off` is by how many seconds it is ahead (negative: behind), and `clock_why` says so for people. `rules_hidden`: people are not shown which rules watch them, since the settings say so. */
export interface Server {
  readonly version: string;
  readonly started: number;
  readonly received: number;
  readonly accepted: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly rate: number;
  readonly viewers: number;
  readonly lag: number;
  readonly overflow: number;
  readonly frames?: number;
  readonly behind?: number;
  readonly queue?: number;
  readonly unsent?: number;
  readonly faults?: number;
  readonly things?: number;
  readonly console?: number;
  readonly console_dropped?: number;
  readonly topics?: number;
  readonly refused?: Readonly<Record<string, number>>;
  readonly store?: string | null;
  readonly backlog?: number;
  readonly backlog_age?: number;
  readonly unindexed?: number;
  readonly unindexed_age?: number;
  readonly damaged_lines?: number;
  readonly kept?: number;
  readonly unkept?: number;
  readonly history_why?: string | null;
  readonly history_rows?: number | null;
  readonly history_bytes?: number | null;
  readonly history_since?: number | null;
  readonly archive_lost?: number;
  readonly turned_away?: number;
  readonly https?: Https | null;
  readonly replica?: string | null;
  readonly on_duty?: boolean;
  readonly shared_why?: string | null;
  readonly database?: SharedDatabase | null;
  readonly telling?: Telling | null;
  readonly degraded?: Trouble | null;
  readonly demo?: boolean;
  readonly clock_off?: number | null;
  readonly clock_why?: string | null;
  readonly rules_hidden?: boolean;
}

/** Where somebody is signed in. `here`: it is the session that asks. */
export interface SessionShown {
  readonly id: string;
  readonly created: number;
  readonly seen: number;
  readonly address: string;
  readonly agent: string;
  readonly here: boolean;
}

/** Sessions, the latest used first. */
export interface Sessions {
  readonly ok: true;
  readonly sessions: readonly SessionShown[];
}

/** Whose phone, by which way it is to send; `base` is the page's own address. `app` other than owntracks: http only. */
export interface SetUp {
  readonly thing: string;
  readonly mode: 'http' | 'mqtt';
  readonly base?: string;
  readonly app?: 'owntracks' | 'gpslogger' | 'homeassistant' | 'overland' | 'phonetrack' | 'traccar';
}

/** The app to set the phone up in; `base` is the page's own address. */
export interface SetUpAgain {
  readonly app?: 'owntracks' | 'gpslogger' | 'homeassistant' | 'overland' | 'phonetrack' | 'traccar';
  readonly base?: string;
}

/** What the phone opens (empty: the app takes no link). `plain`: it would send without encryption. `reach` says from where the phone reaches that address. `address` and `text`: what is pasted into another app than OwnTracks. */
export interface SetUpLink {
  readonly ok: true;
  readonly link: string;
  readonly plain: boolean;
  readonly reach?: 'anywhere' | 'machine' | 'network';
  readonly address?: string;
  readonly text?: string;
}

/** The last check of the set-up. `began` and `ended` in epoch s; null: it never did. `trouble` says why there are no findings, or not all. */
export interface SetupCheck {
  readonly ok: true;
  readonly running: boolean;
  readonly began: number | null;
  readonly ended: number | null;
  readonly trouble: string;
  readonly findings: readonly CheckedStep[];
}

/** The database that several servers may share, as this one sees it. `where` it is; of our connections so many are `open` and `lent`, and so many threads are `waiting` for one; `answer` is how long it took for the last one, in ms (absent: it gave none, and `why` says why); `standbys` follow it, the last of them `lag` s behind. */
export interface SharedDatabase {
  readonly where: string;
  readonly open?: number;
  readonly lent?: number;
  readonly waiting?: number;
  readonly answer?: number | null;
  readonly why?: string | null;
  readonly standbys?: number;
  readonly lag?: number | null;
}

/** How many points are shown again. */
export interface Shown {
  readonly ok: true;
  readonly shown: number;
}

/** The name and the password of a sign-in. */
export interface SignIn {
  readonly name: string;
  readonly password: string;
}

/** What a sign-in elsewhere is for; `place` is where the page goes on after it (`#map`). To join: `token` is the secret of an invitation, `name` how one wants to be called. */
export interface SignInElsewhere {
  readonly purpose?: 'join' | 'link' | 'sign_in';
  readonly place?: string;
  readonly token?: string;
  readonly name?: string;
}

/** Who is here now; or what is wanted yet. Then `half` is the half session: it opens nothing but the step for that. */
export interface SignedIn {
  readonly ok: true;
  readonly user?: Person | null;
  readonly degraded?: string | null;
  readonly wants?: 'code' | 'enrol' | null;
  readonly half?: string | null;
}

/** One is out here. `provider` is where one came in by, `url` the way out there. */
export interface SignedOut {
  readonly ok: true;
  readonly provider?: string | null;
  readonly url?: string | null;
}

/** What a passkey signed. `state` is that of the challenge; the rest is base64url. */
export interface SignedPasskey {
  readonly state: string;
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly signature: string;
  readonly user?: string;
}

/** The largest request, in bytes; `publish`: one that publishes, for who may. */
export interface SizeLimits {
  readonly message: number;
  readonly publish?: number | null;
}

/** The bounds of a span, both inclusive. */
export interface SpanQuery {
  readonly place?: string;
  readonly language?: string;
  readonly from?: number | string | null;
  readonly to?: number | string | null;
}

/** What somebody did from the `first` fix of a span to the `last` one. `visits` are the first so many; `regions` counts all of them. Of a span without a believed fix there are no times. */
export interface SpanSummary {
  readonly ok: true;
  readonly thing: string;
  readonly fixes: number;
  readonly doubtful: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly distance_m: number;
  readonly moving_s: number;
  readonly top_speed_kmh: number | null;
  readonly top_speed_at: number | null;
  readonly regions: readonly RegionTotal[];
  readonly visits: readonly PastVisit[];
}

/** The further name (`user/device`) that is a device of its own. */
export interface Split {
  readonly name: string;
}

/** Which robot; without one, all that one may stop. */
export interface Stop {
  readonly thing?: string | null;
}

/** One way to die: after `seconds` at most the robot stands. `measured`: what was seen. */
export interface StopTimePart {
  readonly dies: 'both' | 'hung' | 'killed';
  readonly seconds: number;
  readonly bound: number;
  readonly measured?: number | null;
}

/** The robots that are told to stop. */
export interface Stopped {
  readonly ok: true;
  readonly stopped: readonly string[];
}

/** What to subscribe, at which broker; without a name at the first. */
export interface Subscribe {
  readonly filter: string;
  readonly qos?: 0 | 1;
  readonly broker?: string | null;
}

/** The subscription's name and how it stands. */
export interface Subscribed {
  readonly ok: true;
  readonly sub: string;
  readonly state: 'active' | 'refused' | 'waiting';
}

/** How a subscription stands now, and `why`. */
export interface SubscriptionFrame {
  readonly t: 'sub';
  readonly sub: string;
  readonly state: 'active' | 'refused' | 'waiting';
  readonly why?: string | null;
}

/** Somebody's number, and the things (words of grants) at which it is shown. */
export interface TelephoneShown {
  readonly account: string;
  readonly display: string;
  readonly telephone: string;
  readonly things: readonly string[];
}

/** One's own number, and those of the people whose things one may see, by account. */
export interface Telephones {
  readonly ok: true;
  readonly own: string;
  readonly telephones: readonly TelephoneShown[];
}

/** How people are told outside the page. Of all `channels` so many are `failing` (the last try was not taken); so many notifications are `waiting` and were never taken (`dead`); so many tries were taken (`sent`) and not (`failed`) since the start. `why`: nothing can be told just now. */
export interface Telling {
  readonly channels?: number;
  readonly failing?: number;
  readonly waiting?: number;
  readonly dead?: number;
  readonly sent?: number;
  readonly failed?: number;
  readonly why?: string | null;
}

/** A wish to have a channel tried, which has no fields. */
export type TestChannel = Readonly<Record<string, never>>;

/** Whether the test was taken, and if not what the channel said. */
export interface Tested {
  readonly ok: true;
  readonly taken: boolean;
  readonly why: string | null;
  readonly channel: ChannelShown | null;
}

/** Where a text is no rule: line and column from 1, and what is expected there. `at` counts the characters before that place. */
export interface TextError {
  readonly line: number;
  readonly column: number;
  readonly at: number;
  readonly expected: string;
}

/** A thing: its kind, its id, its number in the present; then the fields of its state. */
export interface Thing {
  readonly k: string;
  readonly id: string;
  readonly s?: number;
  readonly place?: string | null;
  readonly [further: string]: unknown;
}

/** Which things: of one `kind` only, if that is given. */
export interface ThingsQuery {
  readonly place?: string;
  readonly language?: string;
  readonly kind?: string | null;
}

/** An API token without its secret. `used` and `expires`: null for never. */
export interface TokenShown {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly things: readonly string[];
  readonly created: number;
  readonly expires: number | null;
  readonly used: number | null;
}

/** Tokens, the newest first. */
export interface Tokens {
  readonly ok: true;
  readonly tokens: readonly TokenShown[];
}

/** One level of a topic by its `name`; what is 0 or unknown is left out. `messages`, `bytes` of payload, `topics`, `rate` (messages a second, lately) and `at` (the newest, epoch s) are of this topic and all below it; `children` are the levels directly below. `count` messages came to exactly this topic; of the newest of them `size` (bytes), `qos`, whether it was `retain`ed, and its beginning as text (`last`) or as `hex`. `retained` topics here and below have a retained message at the broker, as far as was heard. */
export interface TopicNode {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly children?: number;
  readonly topics?: number | null;
  readonly rate?: number;
  readonly at?: number | null;
  readonly count?: number;
  readonly size?: number | null;
  readonly qos?: number | null;
  readonly retain?: boolean;
  readonly last?: string | null;
  readonly hex?: string | null;
  readonly retained?: number;
}

/** A page of the topic tree, or nothing after `watch` false. `topics` and `messages` are of the whole tree, `total` and `children` of the page, whose `node` is the topic itself; `after` asks for the next page. `cut`: topics left out for want of room; `lost`: messages that came too fast. */
export interface TopicPage {
  readonly ok: true;
  readonly broker?: string | null;
  readonly path?: readonly string[] | null;
  readonly topics?: number | null;
  readonly messages?: number | null;
  readonly all?: boolean | null;
  readonly cut?: number | null;
  readonly lost?: number | null;
  readonly node?: TopicNode | null;
  readonly children?: readonly TopicNode[] | null;
  readonly total?: number | null;
  readonly after?: string | null;
}

/** Which page of the topic tree. `watch`: also when it changes; false: no more. `after` is the last name of the page before, `find` a part of a name, `all` asks the broker for everything. */
export interface Topics {
  readonly path?: readonly string[];
  readonly after?: string | null;
  readonly find?: string;
  readonly all?: boolean;
  readonly watch?: boolean | null;
  readonly broker?: string | null;
}

/** Topics in the order of their names, which are whole here; `after` asks for the next ones. `total` of them are as wanted; `topics` are in the whole tree. */
export interface TopicsFound {
  readonly ok: true;
  readonly broker: string;
  readonly found: readonly TopicNode[];
  readonly total: number;
  readonly topics: number;
  readonly after?: string | null;
}

/** An entry of a track as it was said; which fields there are depends on the thing. `tst` is its time by the sender's clock, `at` our receipt. A friend's entry has a place and `vel` (km/h), and why it is in `doubt`; a robot's `batt` (%) and `rtt` (ms); a broker's `trip` (ms), a line of its log `n`, `level` and `text`. */
export interface TrackEntry {
  readonly tst?: number | null;
  readonly at?: number | null;
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly vel?: number | null;
  readonly doubt?: string | null;
  readonly hidden?: boolean | null;
  readonly believed?: boolean | null;
  readonly batt?: number | null;
  readonly rtt?: number | null;
  readonly trip?: number | null;
  readonly n?: number | null;
  readonly level?: string | null;
  readonly text?: string | null;
  readonly [further: string]: unknown;
}

/** A thing's track in JSON. `data` are entries as they were said, with `tst` and `at`. */
export interface TrackOfThing {
  readonly ok: true;
  readonly thing: string;
  readonly sort: string;
  readonly data: readonly TrackEntry[];
  readonly count: number;
}

/** Which part of a track, and how it is wanted. `max_error` in m. */
export interface TrackQuery {
  readonly place?: string;
  readonly language?: string;
  readonly from?: number | string | null;
  readonly to?: number | string | null;
  readonly limit?: number | null;
  readonly last?: number | null;
  readonly fields?: string | null;
  readonly max_error?: number;
  readonly format?: 'json' | 'geojson' | 'geojsonpoi' | 'linestring' | 'csv' | 'xml' | 'gpx' | null;
  readonly hidden?: string;
  readonly doubtful?: string;
  readonly type?: string | null;
  readonly sort?: string | null;
}

/** `crossing/<n>/<thing>/<region's id>`: somebody came or went. It never changes. */
export interface Transition {
  readonly n: number;
  readonly at: number;
  readonly tst: number;
  readonly thing: string;
  readonly region?: string | null;
  readonly name: string;
  readonly event: 'enter' | 'leave';
  readonly by: 'phone' | 'server';
  readonly agrees?: boolean | null;
  readonly acc?: number | null;
  readonly inferred?: boolean;
}

/** Which level of the topic tree, and when. Without a broker: the first. `compare`: tell, too, whether a value is another one now. */
export interface TreeQuery {
  readonly at: number | string;
  readonly below?: string | null;
  readonly after?: string | null;
  readonly compare?: boolean;
  readonly broker?: string;
}

/** A part of the server that cannot write now, since its disk or a database does not let it. `reason`: full, readonly, locked, damaged or failing; `why`: a sentence for people; `since` in epoch s. */
export interface Trouble {
  readonly reason: string;
  readonly why: string;
  readonly since: number;
}

/** A rule that need not be kept, and over how many days it is tried. */
export interface TryRule {
  readonly rule: RuleFields;
  readonly days?: number;
}

/** The answer of `hide`, given back. */
export interface Unhide {
  readonly undo: string;
}

/** The subscription that `subscribe` answered. */
export interface Unsubscribe {
  readonly sub: string;
}

/** An account. `password`: it has one; `app`: an authenticator app is set up. */
export interface UserShown {
  readonly name: string;
  readonly role: 'admin' | 'operator' | 'viewer';
  readonly disabled: boolean;
  readonly password: boolean;
  readonly created: number;
  readonly seen: number | null;
  readonly see: readonly string[];
  readonly drive: readonly string[];
  readonly own: readonly string[];
  readonly sessions: number;
  readonly tokens: number;
  readonly display: string;
  readonly passkeys?: number;
  readonly app?: boolean;
  readonly telephone?: string;
}

/** All accounts, for admins. */
export interface Users {
  readonly ok: true;
  readonly users: readonly UserShown[];
}

/** The device whose usual silence is asked for. */
export interface UsualQuery {
  readonly thing: string;
}

/** For how long a device is usually silent, s; null: too little is known of it as yet. */
export interface UsualSilence {
  readonly ok: true;
  readonly thing: string;
  readonly usual: number | null;
  readonly learned: number;
}

/** Which topic, and when. */
export interface ValueQuery {
  readonly at: number | string;
  readonly topic: string;
  readonly broker?: string;
}

/** `stay/<thing>/<region's id>`: somebody is in a region, or says so. */
export interface Visit {
  readonly region: string;
  readonly thing: string;
  readonly since: number;
  readonly by: 'both' | 'phone' | 'server';
  readonly disputed?: boolean;
  readonly why?: string | null;
}

/** `watch/<account>/<rule's id>.<number>`: a rule as one of those sees it that it watches. It names nobody else that the rule watches, and no region: they may not be allowed to know them. */
export interface Watch {
  readonly rule: string;
  readonly about: string;
  readonly condition: Condition;
  readonly hours?: Hours;
  readonly tell: readonly Recipient[];
  readonly enabled?: boolean;
  readonly at: number;
}

/** `webhook/<name>`: the state of a receiver. For admins. */
export interface WebhookState {
  readonly url: string;
  readonly queued: number;
  readonly sent: number;
  readonly dead: number;
  readonly last?: number | null;
  readonly why?: string | null;
  readonly next?: number | null;
}

/** The secret of the first start's link; name and password for the first admin. */
export interface Welcome {
  readonly token: string;
  readonly name?: string | null;
  readonly password?: string | null;
}

/** Who is here now; or what the first admin `needs` to give yet. */
export interface Welcomed {
  readonly ok: true;
  readonly user?: Person | null;
  readonly degraded?: string | null;
  readonly needs?: readonly string[] | null;
}

/** Who is here, if anybody; `first`: the link of the first start is still good. `passwords` false: nobody signs in by password. `providers` are where else. */
export interface Who {
  readonly ok: true;
  readonly user: Person | null;
  readonly first: boolean;
  readonly passwords?: boolean | null;
  readonly providers?: readonly ProviderShown[] | null;
}

/** A moment at which a rule would have fired, epoch s, as in an alert. */
export interface WouldTell {
  readonly at: number;
  readonly thing: string;
  readonly value?: number | null;
  readonly place?: string | null;
  readonly lat?: number | null;
  readonly lon?: number | null;
  readonly resolved?: number | null;
  readonly late?: number | null;
}

/** The state of each kind of thing. */
export interface States {
  readonly friend: Friend;
  readonly face: Portrait;
  readonly phone: Phone;
  readonly probot: ProBot;
  readonly picture: Picture;
  readonly lease: Driven;
  readonly guard: GuardState;
  readonly alarm: Alarm;
  readonly command: CommandLogEntry;
  readonly region: Region;
  readonly stay: Visit;
  readonly crossing: Transition;
  readonly webhook: WebhookState;
  readonly rule: Rule;
  readonly alert: Alert;
  readonly watch: Watch;
  readonly broker: Broker;
  readonly client: Client;
  readonly log: LogLine;
  readonly server: Server;
  readonly map: MapSource;
  readonly quota: Exceeded;
  readonly quarantine: Quarantined;
}

/** Each request over the WebSocket: its fields, its answer, the codes it may be refused with. */
export interface Requests {
  readonly adopt: {
    readonly asks: NamedRegion;
    readonly answers: SavedRegion;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'full' | 'malformed' | 'past' | 'shared' | 'stale' | 'unknown' | 'wait';
  };
  readonly alert: {
    readonly asks: AlertFields;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'past' | 'unknown' | 'wait';
  };
  readonly ask: {
    readonly asks: OfRobot;
    readonly answers: LeaseGiven;
    readonly refuses: 'asked' | 'declined' | 'ended' | 'failed' | 'forbidden' | 'free' | 'gone' | 'held' | 'malformed' | 'no_answer' | 'no_broker' | 'no_driving' | 'no_lifeline' | 'no_store' | 'not_running' | 'offline' | 'past' | 'two_servers' | 'unknown' | 'yours';
  };
  readonly clear: {
    readonly asks: Clear;
    readonly answers: Sent;
    readonly refuses: 'bad_message' | 'bad_topic' | 'failed' | 'forbidden' | 'malformed' | 'not_sent' | 'past' | 'unknown';
  };
  readonly clearregions: {
    readonly asks: OfPhone;
    readonly answers: AskedOfPhone;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'no_commands' | 'past' | 'too_many' | 'unknown';
  };
  readonly drive: {
    readonly asks: Drive;
    readonly answers: Progress;
    readonly refuses: 'bad_frame' | 'failed' | 'forbidden' | 'malformed' | 'not_yours' | 'past' | 'unknown';
  };
  readonly drivers: {
    readonly asks: RequestFields;
    readonly answers: Drivers;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'past' | 'unknown';
  };
  readonly figures: {
    readonly asks: Figures;
    readonly answers: FiguresOverTime;
    readonly refuses: 'bad_names' | 'bad_since' | 'bad_stored' | 'bad_thing' | 'busy' | 'failed' | 'malformed' | 'no_store' | 'past' | 'unknown';
  };
  readonly findtopics: {
    readonly asks: FindTopics;
    readonly answers: TopicsFound;
    readonly refuses: 'bad_find' | 'bad_path' | 'busy' | 'failed' | 'forbidden' | 'malformed' | 'past' | 'superseded' | 'unknown';
  };
  readonly halt: {
    readonly asks: Halt;
    readonly answers: Done;
    readonly refuses: 'failed' | 'malformed' | 'not_yours' | 'past' | 'unknown';
  };
  readonly locate: {
    readonly asks: OfPhone;
    readonly answers: AskedOfPhone;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'no_commands' | 'past' | 'too_many' | 'unknown';
  };
  readonly look: {
    readonly asks: Look;
    readonly answers: Done;
    readonly refuses: 'failed' | 'malformed' | 'past' | 'unknown';
  };
  readonly phonestatus: {
    readonly asks: OfPhone;
    readonly answers: AskedOfPhone;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'no_commands' | 'past' | 'too_many' | 'unknown';
  };
  readonly ping: {
    readonly asks: Nothing;
    readonly answers: PingAnswer;
    readonly refuses: 'failed' | 'malformed' | 'past' | 'unknown';
  };
  readonly publish: {
    readonly asks: Publish;
    readonly answers: Sent;
    readonly refuses: 'bad_message' | 'bad_payload' | 'bad_qos' | 'bad_retain' | 'bad_topic' | 'failed' | 'forbidden' | 'malformed' | 'not_sent' | 'past' | 'unknown';
  };
  readonly readregions: {
    readonly asks: OfPhone;
    readonly answers: AskedOfPhone;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'no_commands' | 'past' | 'too_many' | 'unknown';
  };
  readonly region: {
    readonly asks: DrawnRegion;
    readonly answers: SavedRegion;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'full' | 'malformed' | 'past' | 'phone' | 'stale' | 'unknown' | 'wait';
  };
  readonly release: {
    readonly asks: Release;
    readonly answers: Done;
    readonly refuses: 'failed' | 'malformed' | 'not_yours' | 'past' | 'unknown';
  };
  readonly reply: {
    readonly asks: OfferReply;
    readonly answers: Done;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'not_asking' | 'not_yours' | 'past' | 'unknown';
  };
  readonly routine: {
    readonly asks: Routine;
    readonly answers: EffectSeen;
    readonly refuses: 'bad_routine' | 'failed' | 'forbidden' | 'held' | 'malformed' | 'no_broker' | 'no_driving' | 'no_store' | 'not_running' | 'offline' | 'past' | 'two_servers' | 'unknown' | 'unseen';
  };
  readonly rule: {
    readonly asks: RuleFields;
    readonly answers: SavedRule;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'full' | 'impossible' | 'malformed' | 'past' | 'stale' | 'unknown' | 'wait';
  };
  readonly rules: {
    readonly asks: ManyRules;
    readonly answers: SavedRules;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'full' | 'impossible' | 'malformed' | 'past' | 'stale' | 'unknown' | 'wait';
  };
  readonly sendregions: {
    readonly asks: OfPhone;
    readonly answers: AskedOfPhone;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'no_commands' | 'past' | 'too_many' | 'unknown';
  };
  readonly setup: {
    readonly asks: SetUp;
    readonly answers: SetUpLink;
    readonly refuses: 'bad_mode' | 'cannot_set_up' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'past' | 'unknown';
  };
  readonly shutdown: {
    readonly asks: OfRobot;
    readonly answers: EffectSeen;
    readonly refuses: 'failed' | 'forbidden' | 'malformed' | 'no_broker' | 'no_driving' | 'no_store' | 'not_running' | 'offline' | 'past' | 'two_servers' | 'unknown' | 'unseen';
  };
  readonly stop: {
    readonly asks: Stop;
    readonly answers: Stopped;
    readonly refuses: 'failed' | 'malformed' | 'no_broker' | 'past' | 'unknown';
  };
  readonly subscribe: {
    readonly asks: Subscribe;
    readonly answers: Subscribed;
    readonly refuses: 'bad_filter' | 'bad_qos' | 'failed' | 'forbidden' | 'malformed' | 'past' | 'too_many' | 'unknown';
  };
  readonly take: {
    readonly asks: OfRobot;
    readonly answers: LeaseGiven;
    readonly refuses: 'ended' | 'failed' | 'forbidden' | 'held' | 'malformed' | 'no_broker' | 'no_driving' | 'no_lifeline' | 'no_store' | 'not_running' | 'offline' | 'past' | 'two_servers' | 'unknown';
  };
  readonly takeover: {
    readonly asks: OfRobot;
    readonly answers: LeaseGiven;
    readonly refuses: 'ended' | 'failed' | 'forbidden' | 'malformed' | 'no_broker' | 'no_driving' | 'no_lifeline' | 'no_store' | 'not_running' | 'offline' | 'past' | 'two_servers' | 'unknown';
  };
  readonly topics: {
    readonly asks: Topics;
    readonly answers: TopicPage;
    readonly refuses: 'bad_all' | 'bad_path' | 'bad_watch' | 'failed' | 'forbidden' | 'malformed' | 'past' | 'unknown';
  };
  readonly unregion: {
    readonly asks: RemovedRegion;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'past' | 'stale' | 'unknown' | 'wait';
  };
  readonly unrule: {
    readonly asks: RemovedRule;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'past' | 'stale' | 'unknown' | 'wait';
  };
  readonly unsubscribe: {
    readonly asks: Unsubscribe;
    readonly answers: Done;
    readonly refuses: 'bad_sub' | 'failed' | 'malformed' | 'past' | 'unknown';
  };
}

/** Each call of the HTTP API: its fields, its answer, the codes it may be refused with. */
export interface Calls {
  readonly 'GET /session': {
    readonly asks: Nothing;
    readonly answers: Who;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'wait';
  };
  readonly 'POST /session': {
    readonly asks: SignIn;
    readonly answers: SignedIn;
    readonly refuses: 'busy' | 'degraded' | 'elsewhere' | 'failed' | 'foreign' | 'malformed' | 'need_passkey' | 'not_json' | 'wait' | 'wrong';
  };
  readonly 'DELETE /session': {
    readonly asks: Nothing;
    readonly answers: SignedOut;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'signed_out' | 'wait';
  };
  readonly 'POST /welcome': {
    readonly asks: Welcome;
    readonly answers: Welcomed;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'wait' | 'weak' | 'wrong';
  };
  readonly 'POST /link': {
    readonly asks: LinkSecret;
    readonly answers: Me;
    readonly refuses: 'busy' | 'degraded' | 'early' | 'ended' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'revoked' | 'signed_in' | 'wait' | 'wrong';
  };
  readonly 'GET /me': {
    readonly asks: Nothing;
    readonly answers: Me;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'signed_out' | 'wait';
  };
  readonly 'POST /passkeys/challenge': {
    readonly asks: NoFields;
    readonly answers: PasskeyChallenge;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'no_passkeys' | 'not_json' | 'wait';
  };
  readonly 'POST /session/passkey': {
    readonly asks: PasskeySignIn;
    readonly answers: Me;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'no_passkeys' | 'not_accepted' | 'not_json' | 'too_late' | 'unknown_passkey' | 'wait' | 'wrong';
  };
  readonly 'POST /me/passkeys/challenge': {
    readonly asks: Confirmed;
    readonly answers: PasskeyToMake;
    readonly refuses: 'busy' | 'confirm' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'no_passkeys' | 'not_json' | 'signed_out' | 'taken' | 'wait' | 'wrong';
  };
  readonly 'POST /me/passkeys': {
    readonly asks: NewPasskey;
    readonly answers: OnePasskey;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'no_passkeys' | 'not_accepted' | 'not_json' | 'signed_out' | 'taken' | 'too_late' | 'wait';
  };
  readonly 'PATCH /me/passkeys/{id}': {
    readonly asks: PasskeyName;
    readonly answers: OnePasskey;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'DELETE /me/passkeys/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'last_way' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /session/code': {
    readonly asks: GivenCode;
    readonly answers: Me;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'too_late' | 'wait' | 'wrong' | 'wrong_code';
  };
  readonly 'POST /session/app': {
    readonly asks: HalfOnly;
    readonly answers: NewApp;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'too_late' | 'wait';
  };
  readonly 'POST /session/app/code': {
    readonly asks: FirstCode;
    readonly answers: CameWithApp;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'too_late' | 'wait' | 'wrong' | 'wrong_code';
  };
  readonly 'GET /me/factors': {
    readonly asks: Nothing;
    readonly answers: Factors;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /me/app/begin': {
    readonly asks: Confirmed;
    readonly answers: NewApp;
    readonly refuses: 'busy' | 'confirm' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait' | 'wrong';
  };
  readonly 'POST /me/app': {
    readonly asks: AppCode;
    readonly answers: RecoveryCodes;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'too_late' | 'wait' | 'wrong_code';
  };
  readonly 'POST /me/app/off': {
    readonly asks: Confirmed;
    readonly answers: Done;
    readonly refuses: 'busy' | 'confirm' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait' | 'wrong';
  };
  readonly 'POST /me/recovery': {
    readonly asks: Confirmed;
    readonly answers: RecoveryCodes;
    readonly refuses: 'busy' | 'confirm' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait' | 'wrong';
  };
  readonly 'DELETE /users/{name}/factors': {
    readonly asks: Nothing;
    readonly answers: FactorsReset;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'last_admin' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /invitation': {
    readonly asks: Joining;
    readonly answers: Invited;
    readonly refuses: 'busy' | 'degraded' | 'ended' | 'failed' | 'foreign' | 'malformed' | 'need_code' | 'need_passkey' | 'no_passkeys' | 'not_accepted' | 'not_json' | 'revoked' | 'signed_in' | 'taken' | 'too_late' | 'used' | 'wait' | 'weak' | 'wrong';
  };
  readonly 'POST /invitation/passkey': {
    readonly asks: PasskeyFor;
    readonly answers: PasskeyToMake;
    readonly refuses: 'busy' | 'degraded' | 'ended' | 'failed' | 'foreign' | 'malformed' | 'need_code' | 'no_passkeys' | 'not_json' | 'revoked' | 'taken' | 'used' | 'wait' | 'wrong';
  };
  readonly 'POST /oidc/{name}': {
    readonly asks: SignInElsewhere;
    readonly answers: Begun;
    readonly refuses: 'away' | 'busy' | 'degraded' | 'ended' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'revoked' | 'signed_out' | 'unknown' | 'untrusted' | 'used' | 'wait' | 'wrong';
  };
  readonly 'POST /oidc': {
    readonly asks: ProviderAnswer;
    readonly answers: CameElsewhere;
    readonly refuses: 'away' | 'barred' | 'busy' | 'cancelled' | 'degraded' | 'ended' | 'failed' | 'foreign' | 'linked' | 'malformed' | 'no_account' | 'no_role' | 'not_begun' | 'not_json' | 'revoked' | 'taken' | 'untrusted' | 'used' | 'wait' | 'wrong';
  };
  readonly 'GET /identities': {
    readonly asks: Nothing;
    readonly answers: Identities;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'DELETE /identities/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'last_way' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /users/{name}/identities': {
    readonly asks: Nothing;
    readonly answers: Identities;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /users/{name}/identities': {
    readonly asks: NewIdentity;
    readonly answers: Done;
    readonly refuses: 'barred' | 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'linked' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'GET /invitations': {
    readonly asks: Nothing;
    readonly answers: Invitations;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /invitations': {
    readonly asks: NewInvitation;
    readonly answers: InvitationMade;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'wait';
  };
  readonly 'DELETE /invitations/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /users/{name}/reset': {
    readonly asks: NewReset;
    readonly answers: InvitationMade;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'GET /users/{name}/view': {
    readonly asks: Nothing;
    readonly answers: AccountView;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /me/password': {
    readonly asks: NewPassword;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait' | 'weak';
  };
  readonly 'GET /sessions': {
    readonly asks: Nothing;
    readonly answers: Sessions;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'DELETE /sessions': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'wait';
  };
  readonly 'DELETE /sessions/others': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'wait';
  };
  readonly 'DELETE /sessions/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /tokens': {
    readonly asks: Nothing;
    readonly answers: Tokens;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /tokens': {
    readonly asks: NewToken;
    readonly answers: NewTokenMade;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'DELETE /tokens/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /links': {
    readonly asks: Nothing;
    readonly answers: Links;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /links': {
    readonly asks: NewLink;
    readonly answers: NewLinkMade;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'DELETE /links/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /friends/{user}/{device}/retention': {
    readonly asks: Nothing;
    readonly answers: RetentionShown;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'PUT /friends/{user}/{device}/retention': {
    readonly asks: Retention;
    readonly answers: RetentionShown;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /friends/{user}/{device}/export': {
    readonly asks: Nothing;
    readonly answers: Blob;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /friends/{user}/{device}/erase': {
    readonly asks: Erase;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /things': {
    readonly asks: ThingsQuery;
    readonly answers: AllThings;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /scene': {
    readonly asks: SceneQuery;
    readonly answers: Scene;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /events': {
    readonly asks: EventsQuery;
    readonly answers: Events;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /things/{kind}/{id}': {
    readonly asks: PlaceQuery;
    readonly answers: OneThing;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /history/{kind}/{id}': {
    readonly asks: TrackQuery;
    readonly answers: TrackOfThing;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /days/{kind}/{id}': {
    readonly asks: DaysQuery;
    readonly answers: Days;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /things/{kind}/{group}/{id}': {
    readonly asks: PlaceQuery;
    readonly answers: OneThing;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /history/{kind}/{group}/{id}': {
    readonly asks: TrackQuery;
    readonly answers: TrackOfThing;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /days/{kind}/{group}/{id}': {
    readonly asks: DaysQuery;
    readonly answers: Days;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /hide/{kind}/{id}': {
    readonly asks: Hide;
    readonly answers: Hidden;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /hide/{kind}/{group}/{id}': {
    readonly asks: Hide;
    readonly answers: Hidden;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /unhide': {
    readonly asks: Unhide;
    readonly answers: Shown;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /believe/{kind}/{id}': {
    readonly asks: Believe;
    readonly answers: Believed;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /overruled/{kind}/{id}': {
    readonly asks: Nothing;
    readonly answers: Overruled;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /judged/{kind}/{id}': {
    readonly asks: JudgedQuery;
    readonly answers: Judged;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /believe/{kind}/{group}/{id}': {
    readonly asks: Believe;
    readonly answers: Believed;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /overruled/{kind}/{group}/{id}': {
    readonly asks: Nothing;
    readonly answers: Overruled;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /judged/{kind}/{group}/{id}': {
    readonly asks: JudgedQuery;
    readonly answers: Judged;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /calendar': {
    readonly asks: CalendarQuery;
    readonly answers: Calendar;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /summary/friend/{user}/{device}': {
    readonly asks: SpanQuery;
    readonly answers: SpanSummary;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /heat/friend/{user}/{device}': {
    readonly asks: HeatQuery;
    readonly answers: HeatMap;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /users': {
    readonly asks: Nothing;
    readonly answers: Users;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /users': {
    readonly asks: NewUser;
    readonly answers: OneUser;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'wait' | 'weak';
  };
  readonly 'GET /users/{name}': {
    readonly asks: Nothing;
    readonly answers: OneUser;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'PATCH /users/{name}': {
    readonly asks: AccountChange;
    readonly answers: OneUser;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'last_admin' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait' | 'weak';
  };
  readonly 'DELETE /users/{name}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'last_admin' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /users/{name}/sessions': {
    readonly asks: Nothing;
    readonly answers: Sessions;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'DELETE /users/{name}/sessions': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'DELETE /users/{name}/sessions/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /users/{name}/tokens': {
    readonly asks: Nothing;
    readonly answers: Tokens;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /audit': {
    readonly asks: AuditQuery;
    readonly answers: Audit;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /admin/devices': {
    readonly asks: DevicesQuery;
    readonly answers: Devices;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /admin/devices/{user}/{device}/merge': {
    readonly asks: MergeQuery;
    readonly answers: MergePreview;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /admin/devices/{user}/{device}/merge': {
    readonly asks: Merge;
    readonly answers: OneDevice;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'POST /admin/devices/{user}/{device}/rename': {
    readonly asks: Rename;
    readonly answers: OneDevice;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'POST /admin/devices/{user}/{device}/split': {
    readonly asks: Split;
    readonly answers: OneDevice;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /people': {
    readonly asks: PeopleQuery;
    readonly answers: People;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /telephones': {
    readonly asks: Nothing;
    readonly answers: Telephones;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'PUT /me/telephone': {
    readonly asks: NewTelephone;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'PUT /users/{name}/telephone': {
    readonly asks: NewTelephone;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'PUT /admin/address': {
    readonly asks: NewAddress;
    readonly answers: AddressShown;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'wait';
  };
  readonly 'GET /phones': {
    readonly asks: Nothing;
    readonly answers: Phones;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /phones': {
    readonly asks: NewPhone;
    readonly answers: PhoneAdded;
    readonly refuses: 'busy' | 'cannot_set_up' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'GET /phones/{user}/{device}': {
    readonly asks: Nothing;
    readonly answers: PhoneAttempt;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /phones/{user}/{device}': {
    readonly asks: SetUpAgain;
    readonly answers: PhoneAdded;
    readonly refuses: 'busy' | 'cannot_set_up' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'no_owner' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'DELETE /phones/{user}/{device}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'GET /deliveries': {
    readonly asks: DeliveriesQuery;
    readonly answers: DeliveryCounts;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /deliveries/{user}/{device}': {
    readonly asks: Nothing;
    readonly answers: DeliveryOfDevice;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /admin/maps': {
    readonly asks: Nothing;
    readonly answers: Maps;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'DELETE /admin/maps/{name}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /admin/check': {
    readonly asks: Nothing;
    readonly answers: SetupCheck;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /admin/check': {
    readonly asks: CheckSetup;
    readonly answers: SetupCheck;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'POST /rules/try': {
    readonly asks: TryRule;
    readonly answers: RuleTried;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'GET /rules/usual': {
    readonly asks: UsualQuery;
    readonly answers: UsualSilence;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /alerts/acknowledge': {
    readonly asks: AcknowledgedAlert;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /rules/text': {
    readonly asks: Nothing;
    readonly answers: RulesText;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /rules/text': {
    readonly asks: RuleFields;
    readonly answers: RulesText;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'POST /rules/read': {
    readonly asks: ReadRules;
    readonly answers: RulesRead;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'GET /channels': {
    readonly asks: Nothing;
    readonly answers: Channels;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /channels': {
    readonly asks: NewChannel;
    readonly answers: OneChannel;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'wait';
  };
  readonly 'PUT /channels/{id}': {
    readonly asks: ChannelChange;
    readonly answers: OneChannel;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'DELETE /channels/{id}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /channels/{id}/test': {
    readonly asks: TestChannel;
    readonly answers: Tested;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /channels/dead': {
    readonly asks: Nothing;
    readonly answers: DeadNotifications;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /channels/{id}/dead': {
    readonly asks: DeadLetterDecision;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /push/key': {
    readonly asks: Nothing;
    readonly answers: PushKey;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'GET /admin/channels': {
    readonly asks: Nothing;
    readonly answers: ChannelOverview;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'GET /topics/recorded': {
    readonly asks: Nothing;
    readonly answers: Recorded;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'wait';
  };
  readonly 'GET /topics/tree': {
    readonly asks: TreeQuery;
    readonly answers: PastTree;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /topics/value': {
    readonly asks: ValueQuery;
    readonly answers: PastValue;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /topics/difference': {
    readonly asks: DifferenceQuery;
    readonly answers: Difference;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /topics/messages': {
    readonly asks: MessagesQuery;
    readonly answers: PastMessages;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /topics/curve': {
    readonly asks: CurveQuery;
    readonly answers: Curve;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'GET /topics/download': {
    readonly asks: DownloadQuery;
    readonly answers: Blob;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'malformed' | 'signed_out' | 'unknown' | 'wait';
  };
  readonly 'POST /places/at': {
    readonly asks: PlacesAt;
    readonly answers: PlacesShown;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'POST /places/search': {
    readonly asks: PlaceSearch;
    readonly answers: FoundPlaces;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'GET /admin/map-addresses': {
    readonly asks: Nothing;
    readonly answers: RemoteMapList;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'signed_out' | 'wait';
  };
  readonly 'POST /admin/map-addresses/try': {
    readonly asks: NewRemoteMap;
    readonly answers: RemoteMapTried;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'wait';
  };
  readonly 'POST /admin/map-addresses': {
    readonly asks: NewRemoteMap;
    readonly answers: RemoteMapTried;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'malformed' | 'not_json' | 'signed_out' | 'taken' | 'wait';
  };
  readonly 'DELETE /admin/map-addresses/{name}': {
    readonly asks: Nothing;
    readonly answers: Done;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'forbidden' | 'foreign' | 'signed_out' | 'taken' | 'unknown' | 'wait';
  };
  readonly 'GET /openapi.json': {
    readonly asks: Nothing;
    readonly answers: Blob;
    readonly refuses: 'busy' | 'degraded' | 'failed' | 'signed_out' | 'wait';
  };
}

/** Every code of a refusal, over the WebSocket or HTTP. */
export const CODES = ['asked', 'away', 'bad_all', 'bad_filter', 'bad_find', 'bad_frame', 'bad_message', 'bad_mode', 'bad_names', 'bad_path', 'bad_payload', 'bad_qos', 'bad_retain', 'bad_routine', 'bad_since', 'bad_stored', 'bad_sub', 'bad_thing', 'bad_topic', 'bad_watch', 'barred', 'busy', 'cancelled', 'cannot_set_up', 'confirm', 'declined', 'degraded', 'early', 'elsewhere', 'ended', 'failed', 'forbidden', 'foreign', 'free', 'full', 'gone', 'held', 'impossible', 'last_admin', 'last_way', 'linked', 'malformed', 'method', 'need_code', 'need_passkey', 'no_account', 'no_answer', 'no_broker', 'no_commands', 'no_driving', 'no_lifeline', 'no_owner', 'no_passkeys', 'no_role', 'no_store', 'not_accepted', 'not_asking', 'not_begun', 'not_json', 'not_running', 'not_sent', 'not_yours', 'offline', 'past', 'phone', 'revoked', 'shared', 'signed_in', 'signed_out', 'stale', 'superseded', 'taken', 'too_late', 'too_many', 'two_servers', 'unknown', 'unknown_passkey', 'unseen', 'untrusted', 'used', 'wait', 'weak', 'wrong', 'wrong_code', 'yours'] as const;

/** How what comes from the server is checked (net/shape.ts). */

export const AnswerFrameShape: Shape<AnswerFrame> = {
  t: { is: { one: ['answer'] } },
  id: { is: 'number' },
  ok: { is: 'flag' },
  code: { is: 'text', or: null },
  why: { is: 'text', or: null },
};

export const BeatFrameShape: Shape<BeatFrame> = {
  t: { is: { one: ['beat'] } },
  now: { is: 'number' },
  seq: { is: 'number' },
};

export const EndedFrameShape: Shape<EndedFrame> = {
  t: { is: { one: ['ended'] } },
  why: { is: 'text' },
};

export const HeardFrameShape: Shape<HeardFrame> = {
  t: { is: { one: ['heard'] } },
  sub: { is: 'text' },
  dropped: { is: 'number', or: 0 },
  topic: { is: 'text' },
  payload: { is: 'text', or: null },
  base64: { is: 'text', or: null },
  size: { is: 'number', or: null },
  qos: { is: 'number' },
  retain: { is: 'flag' },
  at: { is: 'number' },
};

export const RightsShape: Shape<Rights> = {
  see: { is: { list: 'text' } },
  drive: { is: { list: 'text' } },
  own: { is: { list: 'text' } },
  admin: { is: 'flag' },
  looks_only: { is: 'flag' },
};

export const PersonShape: Shape<Person> = {
  name: { is: 'text' },
  role: { is: { one: ['admin', 'operator', 'viewer'] } },
  way: { is: { one: ['account', 'guest', 'link', 'token'] } },
  rights: { is: { of: RightsShape } },
  expires: { is: 'number', or: null },
  scopes: { is: { list: 'text' }, or: null },
  display: { is: 'text', or: null },
};

export const SizeLimitsShape: Shape<SizeLimits> = {
  message: { is: 'number' },
  publish: { is: 'number', or: null },
};

export const HelloFrameShape: Shape<HelloFrame> = {
  t: { is: { one: ['hello'] } },
  epoch: { is: 'text' },
  server: { is: 'text' },
  user: { is: { of: PersonShape } },
  now: { is: 'number' },
  beat: { is: 'number' },
  limits: { is: { of: SizeLimitsShape } },
};

export const ChangedThingShape: Shape<ChangedThing> = {
  k: { is: 'text' },
  id: { is: 'text' },
  s: { is: 'number' },
  gone: { is: 'flag', or: false },
};

export const NewsFrameShape: Shape<NewsFrame> = {
  t: { is: { one: ['news'] } },
  seq: { is: 'number' },
  whole: { is: 'flag', or: false },
  more: { is: 'flag', or: false },
  missed: { is: { map: 'number' }, or: {} },
  things: { is: { list: { open: ChangedThingShape } } },
};

export const SubscriptionFrameShape: Shape<SubscriptionFrame> = {
  t: { is: { one: ['sub'] } },
  sub: { is: 'text' },
  state: { is: { one: ['active', 'refused', 'waiting'] } },
  why: { is: 'text', or: null },
};

export const DoubtShape: Shape<Doubt> = {
  lat: { is: 'number' },
  lon: { is: 'number' },
  tst: { is: 'number' },
  why: { is: 'text' },
  at: { is: 'number' },
  acc: { is: 'number', or: null },
  when: { is: 'number', or: 0.0 },
  row: { is: 'number', or: 1 },
};

export const FriendShape: Shape<Friend> = {
  lat: { is: 'number', or: null },
  lon: { is: 'number', or: null },
  tst: { is: 'number', or: null },
  acc: { is: 'number', or: null },
  alt: { is: 'number', or: null },
  vac: { is: 'number', or: null },
  vel: { is: 'number', or: null },
  cog: { is: 'number', or: null },
  batt: { is: 'number', or: null },
  bs: { is: 'number', or: null },
  p: { is: 'number', or: null },
  m: { is: 'number', or: null },
  tid: { is: 'text', or: null },
  t: { is: 'text', or: null },
  conn: { is: 'text', or: null },
  SSID: { is: 'text', or: null },
  BSSID: { is: 'text', or: null },
  poi: { is: 'text', or: null },
  tag: { is: 'text', or: null },
  inregions: { is: { list: 'text' }, or: null },
  at: { is: 'number', or: null },
  ahead: { is: 'number', or: null },
  untimed: { is: 'flag', or: false },
  name: { is: 'text', or: null },
  inregions_tst: { is: 'number', or: null },
  heard: { is: 'number', or: null },
  clock: { is: 'number', or: null },
  source: { is: 'text', or: null },
  doubt: { is: { of: DoubtShape }, or: null },
  presence: { is: { one: ['live', 'offline', 'stale'] } },
  evidence: { is: { one: ['broker lost', 'silence', 'will'] }, or: null },
};

export const PortraitShape: Shape<Portrait> = {
  mime: { is: 'text' },
  hash: { is: 'text' },
};

export const RegionSyncShape: Shape<RegionSync> = {
  state: { is: { one: ['asked', 'confirmed', 'drifted', 'none', 'refused', 'sent'] } },
  version: { is: 'number', or: 0 },
  at: { is: 'number', or: 0.0 },
  why: { is: 'text', or: '' },
};

export const PhoneCommandShape: Shape<PhoneCommand> = {
  n: { is: 'number' },
  do: { is: { one: ['clear', 'locate', 'read', 'regions', 'status'] } },
  state: { is: { one: ['asked', 'done', 'expired', 'failed', 'sent'] } },
  at: { is: 'number' },
  by: { is: 'text' },
  why: { is: 'text', or: '' },
};

export const PhoneShape: Shape<Phone> = {
  transport: { is: { one: ['http', 'mqtt'] }, or: null },
  app: { is: 'text', or: '' },
  encrypted: { is: 'flag', or: false },
  platform: { is: { one: ['?', 'android', 'ios'] }, or: '?' },
  regions: { is: { of: RegionSyncShape }, or: null },
  commands: { is: { list: { of: PhoneCommandShape } }, or: [] },
  status: { is: { map: 'text' }, or: null },
};

export const ProBotShape: Shape<ProBot> = {
  presence: { is: { one: ['live', 'offline', 'stale'] } },
  evidence: { is: { one: ['broker lost', 'silence', 'will'] }, or: null },
  name: { is: 'text', or: null },
  order: { is: 'number', or: null },
  batt: { is: 'number', or: null },
  batt_raw: { is: 'number', or: null },
  angle: { is: 'number', or: null },
  routine: { is: { one: ['not running', 'started', 'stopped', 'unknown'] }, or: null },
  rtt: { is: 'number', or: null },
  ip: { is: 'text', or: null },
  source: { is: 'text', or: 'main' },
  base: { is: 'text', or: '' },
  at: { is: 'number', or: null },
  heard: { is: 'number', or: null },
};

export const PictureShape: Shape<Picture> = {
  mime: { is: { one: ['image/jpeg', 'image/png'] } },
  data: { is: 'text' },
};

export const DrivenShape: Shape<Driven> = {
  holder: { is: 'text' },
  fence: { is: 'number' },
  since: { is: 'number' },
  state: { is: { one: ['moving', 'parked', 'still'] } },
  why: { is: 'text', or: null },
  sent: { is: 'text', or: null },
  trip: { is: 'number', or: null },
  asks: { is: { list: 'text' }, or: [] },
  loose: { is: 'flag', or: false },
  server: { is: 'text', or: null },
};

export const StopTimePartShape: Shape<StopTimePart> = {
  dies: { is: { one: ['both', 'hung', 'killed'] } },
  seconds: { is: 'number' },
  bound: { is: 'number' },
  measured: { is: 'number', or: null },
};

export const GuardStateShape: Shape<GuardState> = {
  presence: { is: { one: ['live', 'offline'] } },
  since: { is: 'number' },
  stops_within: { is: 'number' },
  parts: { is: { list: { of: StopTimePartShape } }, or: [] },
  driving: { is: 'text', or: null },
};

export const AlarmShape: Shape<Alarm> = {
  what: { is: { one: ['foreign', 'refused', 'retained', 'taken'] } },
  source: { is: 'text' },
  robot: { is: 'text', or: null },
  since: { is: 'number' },
  at: { is: 'number' },
  count: { is: 'number' },
  size: { is: 'number' },
  head: { is: 'text' },
};

export const CommandLogEntryShape: Shape<CommandLogEntry> = {
  n: { is: 'number' },
  at: { is: 'number' },
  who: { is: 'text' },
  robot: { is: 'text' },
  what: { is: 'text' },
  lease: { is: 'number', or: null },
  why: { is: 'text', or: null },
  sent: { is: 'text', or: null },
  seconds: { is: 'number', or: null },
  effect: { is: 'text', or: null },
};

export const RegionShape: Shape<Region> = {
  name: { is: 'text' },
  shape: { is: { one: ['circle', 'polygon'] } },
  lat: { is: 'number', or: null },
  lon: { is: 'number', or: null },
  rad: { is: 'number', or: null },
  points: { is: { list: 'any' }, or: null },
  owner: { is: 'text', or: null },
  version: { is: 'number' },
  by: { is: 'text' },
  at: { is: 'number' },
  origin: { is: { one: ['page', 'phone'] } },
  phone: { is: 'text', or: null },
  colour: { is: 'number', or: null },
};

export const VisitShape: Shape<Visit> = {
  region: { is: 'text' },
  thing: { is: 'text' },
  since: { is: 'number' },
  by: { is: { one: ['both', 'phone', 'server'] } },
  disputed: { is: 'flag', or: false },
  why: { is: 'text', or: null },
};

export const TransitionShape: Shape<Transition> = {
  n: { is: 'number' },
  at: { is: 'number' },
  tst: { is: 'number' },
  thing: { is: 'text' },
  region: { is: 'text', or: null },
  name: { is: 'text' },
  event: { is: { one: ['enter', 'leave'] } },
  by: { is: { one: ['phone', 'server'] } },
  agrees: { is: 'flag', or: null },
  acc: { is: 'number', or: null },
  inferred: { is: 'flag', or: false },
};

export const WebhookStateShape: Shape<WebhookState> = {
  url: { is: 'text' },
  queued: { is: 'number' },
  sent: { is: 'number' },
  dead: { is: 'number' },
  last: { is: 'number', or: null },
  why: { is: 'text', or: null },
  next: { is: 'number', or: null },
};

export const ConditionShape: Shape<Condition> = {
  type: { is: { one: ['absent', 'alarm', 'arrives', 'battery', 'disconnected', 'fallen', 'flapping', 'latency', 'leaves', 'near', 'number', 'silent', 'speed', 'stays'] } },
  region: { is: 'text', or: null },
  other: { is: 'text', or: null },
  by: { is: 'text', or: null },
  seconds: { is: 'number', or: null },
  metres: { is: 'number', or: null },
  above: { is: 'number', or: null },
  below: { is: 'number', or: null },
  changed: { is: 'flag', or: false },
  times: { is: 'number', or: null },
  topic: { is: 'text', or: null },
  field: { is: 'text', or: null },
  margin: { is: 'number', or: null },
};

export const HoursShape: Shape<Hours> = {
  days: { is: { list: { one: [0, 1, 2, 3, 4, 5, 6] } }, or: null },
  begin: { is: 'text', or: null },
  end: { is: 'text', or: null },
  holidays: { is: { one: ['also', 'not', 'only'] }, or: 'also' },
  country: { is: 'text', or: null },
  zone: { is: 'text', or: null },
};

export const RecipientShape: Shape<Recipient> = {
  account: { is: 'text' },
  after: { is: 'number', or: 0.0 },
};

export const RuleShape: Shape<Rule> = {
  name: { is: 'text', or: '' },
  about: { is: { list: 'text' } },
  condition: { is: { of: ConditionShape } },
  hours: { is: { of: HoursShape }, or: {} },
  tell: { is: { list: { of: RecipientShape } } },
  urgent: { is: 'flag', or: false },
  every: { is: 'number', or: 0.0 },
  again: { is: 'number', or: null },
  enabled: { is: 'flag', or: true },
  version: { is: 'number' },
  by: { is: 'text' },
  at: { is: 'number' },
  trouble: { is: 'text', or: null },
};

export const AlertToldShape: Shape<AlertTold> = {
  account: { is: 'text' },
  state: { is: { one: ['failed', 'no_channel', 'quiet', 'sent', 'waiting'] } },
  at: { is: 'number', or: null },
  why: { is: 'text', or: null },
};

export const AlertShape: Shape<Alert> = {
  rule: { is: 'text' },
  title: { is: 'text' },
  thing: { is: 'text' },
  condition: { is: { of: ConditionShape } },
  at: { is: 'number' },
  late: { is: 'number', or: null },
  value: { is: 'number', or: null },
  place: { is: 'text', or: null },
  lat: { is: 'number', or: null },
  lon: { is: 'number', or: null },
  urgent: { is: 'flag', or: false },
  lasting: { is: 'flag', or: false },
  status: { is: { one: ['acknowledged', 'open', 'resolved'] } },
  by: { is: 'text', or: null },
  by_at: { is: 'number', or: null },
  note: { is: 'text', or: null },
  resolved: { is: 'number', or: null },
  told: { is: { list: { of: AlertToldShape } }, or: [] },
};

export const WatchShape: Shape<Watch> = {
  rule: { is: 'text' },
  about: { is: 'text' },
  condition: { is: { of: ConditionShape } },
  hours: { is: { of: HoursShape }, or: {} },
  tell: { is: { list: { of: RecipientShape } } },
  enabled: { is: 'flag', or: true },
  at: { is: 'number' },
};

export const LinkShape: Shape<Link> = {
  state: { is: { one: ['connected', 'connecting', 'lost'] } },
  since: { is: 'number' },
  why: { is: 'text', or: null },
  next: { is: 'number', or: null },
  tries: { is: 'number', or: 0 },
  address: { is: 'text', or: '' },
  protocol: { is: 'text', or: '' },
  tls: { is: 'flag', or: false },
  heard: { is: 'number', or: null },
  mute: { is: 'flag', or: false },
};

export const BrokerShape: Shape<Broker> = {
  link: { is: { of: LinkShape }, or: null },
  version: { is: 'text', or: null },
  uptime: { is: 'number', or: null },
  sys: { is: { map: 'number' }, or: null },
  sys_at: { is: 'number', or: null },
  trip: { is: 'number', or: null },
  rates: { is: { map: 'number' }, or: null },
  sys_why: { is: { list: 'text' }, or: null },
  log_since: { is: 'number', or: null },
  log_lines: { is: 'number', or: null },
  log_missed: { is: 'number', or: null },
  refusals: { is: 'number', or: null },
  unseen: { is: 'number', or: null },
};

export const ClientShape: Shape<Client> = {
  broker: { is: 'text' },
  client: { is: 'text' },
  state: { is: { one: ['connected', 'gone', 'unknown'] } },
  at: { is: 'number' },
  address: { is: 'text', or: null },
  user: { is: 'text', or: null },
  protocol: { is: 'text', or: null },
  clean: { is: 'flag', or: null },
  keepalive: { is: 'number', or: null },
  since: { is: 'number', or: null },
  before: { is: 'flag', or: false },
  connects: { is: 'number', or: 0 },
  reconnects: { is: 'number', or: 0 },
  left: { is: 'text', or: null },
  why: { is: 'text', or: null },
  left_at: { is: 'number', or: null },
  takeovers: { is: 'number', or: 0 },
  refused: { is: 'number', or: 0 },
  dropping: { is: 'number', or: 0 },
  flags: { is: { list: 'text' }, or: [] },
  subscriptions: { is: { list: 'text' }, or: [] },
  feeds: { is: 'text', or: null },
  fits: { is: { list: 'text' }, or: [] },
  ours: { is: 'flag', or: false },
};

export const LogLineShape: Shape<LogLine> = {
  broker: { is: 'text' },
  n: { is: 'number' },
  at: { is: 'number' },
  level: { is: 'text' },
  text: { is: 'text' },
  tst: { is: 'number', or: null },
  client: { is: 'text', or: null },
};

export const HttpsShape: Shape<Https> = {
  names: { is: { list: 'text' }, or: [] },
  issuer: { is: 'text', or: '' },
  expires: { is: 'number', or: null },
  standing: { is: 'text', or: null },
  fault: { is: 'text', or: null },
};

export const SharedDatabaseShape: Shape<SharedDatabase> = {
  where: { is: 'text' },
  open: { is: 'number', or: 0 },
  lent: { is: 'number', or: 0 },
  waiting: { is: 'number', or: 0 },
  answer: { is: 'number', or: null },
  why: { is: 'text', or: null },
  standbys: { is: 'number', or: 0 },
  lag: { is: 'number', or: null },
};

export const TellingShape: Shape<Telling> = {
  channels: { is: 'number', or: 0 },
  failing: { is: 'number', or: 0 },
  waiting: { is: 'number', or: 0 },
  dead: { is: 'number', or: 0 },
  sent: { is: 'number', or: 0 },
  failed: { is: 'number', or: 0 },
  why: { is: 'text', or: null },
};

export const TroubleShape: Shape<Trouble> = {
  reason: { is: 'text' },
  why: { is: 'text' },
  since: { is: 'number' },
};

export const ServerShape: Shape<Server> = {
  version: { is: 'text' },
  started: { is: 'number' },
  received: { is: 'number' },
  accepted: { is: 'number' },
  rejected: { is: { map: 'number' } },
  rate: { is: 'number' },
  viewers: { is: 'number' },
  lag: { is: 'number' },
  overflow: { is: 'number' },
  frames: { is: 'number', or: 0.0 },
  behind: { is: 'number', or: 0 },
  queue: { is: 'number', or: 0 },
  unsent: { is: 'number', or: 0 },
  faults: { is: 'number', or: 0 },
  things: { is: 'number', or: 0 },
  console: { is: 'number', or: 0 },
  console_dropped: { is: 'number', or: 0 },
  topics: { is: 'number', or: 0 },
  refused: { is: { map: 'number' }, or: {} },
  store: { is: 'text', or: null },
  backlog: { is: 'number', or: 0 },
  backlog_age: { is: 'number', or: 0.0 },
  unindexed: { is: 'number', or: 0 },
  unindexed_age: { is: 'number', or: 0.0 },
  damaged_lines: { is: 'number', or: 0 },
  kept: { is: 'number', or: 0 },
  unkept: { is: 'number', or: 0 },
  history_why: { is: 'text', or: null },
  history_rows: { is: 'number', or: null },
  history_bytes: { is: 'number', or: null },
  history_since: { is: 'number', or: null },
  archive_lost: { is: 'number', or: 0 },
  turned_away: { is: 'number', or: 0 },
  https: { is: { of: HttpsShape }, or: null },
  replica: { is: 'text', or: null },
  on_duty: { is: 'flag', or: false },
  shared_why: { is: 'text', or: null },
  database: { is: { of: SharedDatabaseShape }, or: null },
  telling: { is: { of: TellingShape }, or: null },
  degraded: { is: { of: TroubleShape }, or: null },
  demo: { is: 'flag', or: false },
  clock_off: { is: 'number', or: null },
  clock_why: { is: 'text', or: null },
  rules_hidden: { is: 'flag', or: false },
};

export const CreditShape: Shape<Credit> = {
  text: { is: 'text' },
  url: { is: 'text', or: '' },
};

export const MapSourceShape: Shape<MapSource> = {
  title: { is: 'text' },
  role: { is: { one: ['base', 'layer'] } },
  type: { is: { one: ['pmtiles', 'raster', 'style'] } },
  url: { is: 'text' },
  schema: { is: { one: ['', 'openmaptiles', 'protomaps', 'shortbread'] } },
  bounds: { is: 'any' },
  min_zoom: { is: 'number' },
  max_zoom: { is: 'number' },
  tile_size: { is: 'number' },
  attribution: { is: { list: { of: CreditShape } } },
  size: { is: 'number' },
  updated: { is: 'number' },
  places: { is: 'flag' },
};

export const ExceededShape: Shape<Exceeded> = {
  what: { is: 'text' },
  why: { is: 'text' },
  since: { is: 'number' },
  at: { is: 'number' },
  count: { is: 'number' },
};

export const QuarantinedShape: Shape<Quarantined> = {
  n: { is: 'number' },
  at: { is: 'number' },
  source: { is: 'text' },
  topic: { is: 'text' },
  counter: { is: 'text' },
  why: { is: 'text' },
  size: { is: 'number' },
  head: { is: 'text' },
};

export const SavedRegionShape: Shape<SavedRegion> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  version: { is: 'number' },
};

export const DoneShape: Shape<Done> = {
  ok: { is: { one: [true] } },
};

export const LeaseGivenShape: Shape<LeaseGiven> = {
  ok: { is: { one: [true] } },
  lease: { is: 'number' },
  silence: { is: 'number' },
  keep: { is: 'number' },
  most: { is: 'number' },
  rate: { is: 'number' },
  stops_within: { is: 'number' },
};

export const SentShape: Shape<Sent> = {
  ok: { is: { one: [true] } },
  size: { is: 'number' },
};

export const AskedOfPhoneShape: Shape<AskedOfPhone> = {
  ok: { is: { one: [true] } },
  n: { is: 'number' },
};

export const ProgressShape: Shape<Progress> = {
  ok: { is: { one: [true] } },
  n: { is: 'number' },
  state: { is: 'text' },
  sent: { is: 'text' },
  why: { is: 'text', or: null },
  trip: { is: 'number', or: null },
};

export const DriverShape: Shape<Driver> = {
  holder: { is: 'text' },
  address: { is: 'text' },
  since: { is: 'number', or: null },
  server: { is: 'text', or: null },
  lease: { is: 'number', or: null },
};

export const DriversShape: Shape<Drivers> = {
  ok: { is: { one: [true] } },
  drivers: { is: { map: { of: DriverShape } } },
};

export const FiguresOverTimeShape: Shape<FiguresOverTime> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  stored: { is: 'number', or: null },
  at: { is: { list: 'number' } },
  series: { is: { map: { gaps: 'number' } } },
};

export const TopicNodeShape: Shape<TopicNode> = {
  name: { is: 'text' },
  messages: { is: 'number' },
  bytes: { is: 'number' },
  children: { is: 'number', or: 0 },
  topics: { is: 'number', or: null },
  rate: { is: 'number', or: 0 },
  at: { is: 'number', or: null },
  count: { is: 'number', or: 0 },
  size: { is: 'number', or: null },
  qos: { is: 'number', or: null },
  retain: { is: 'flag', or: false },
  last: { is: 'text', or: null },
  hex: { is: 'text', or: null },
  retained: { is: 'number', or: 0 },
};

export const TopicsFoundShape: Shape<TopicsFound> = {
  ok: { is: { one: [true] } },
  broker: { is: 'text' },
  found: { is: { list: { of: TopicNodeShape } } },
  total: { is: 'number' },
  topics: { is: 'number' },
  after: { is: 'text', or: null },
};

export const PingAnswerShape: Shape<PingAnswer> = {
  ok: { is: { one: [true] } },
  now: { is: 'number' },
};

export const EffectSeenShape: Shape<EffectSeen> = {
  ok: { is: { one: [true] } },
  seen: { is: 'text' },
  seconds: { is: 'number' },
};

export const SavedRuleShape: Shape<SavedRule> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  version: { is: 'number' },
};

export const SavedRulesShape: Shape<SavedRules> = {
  ok: { is: { one: [true] } },
  things: { is: { list: 'text' } },
};

export const SetUpLinkShape: Shape<SetUpLink> = {
  ok: { is: { one: [true] } },
  link: { is: 'text' },
  plain: { is: 'flag' },
  reach: { is: { one: ['anywhere', 'machine', 'network'] }, or: 'anywhere' },
  address: { is: 'text', or: '' },
  text: { is: 'text', or: '' },
};

export const StoppedShape: Shape<Stopped> = {
  ok: { is: { one: [true] } },
  stopped: { is: { list: 'text' } },
};

export const SubscribedShape: Shape<Subscribed> = {
  ok: { is: { one: [true] } },
  sub: { is: 'text' },
  state: { is: { one: ['active', 'refused', 'waiting'] } },
};

export const TopicPageShape: Shape<TopicPage> = {
  ok: { is: { one: [true] } },
  broker: { is: 'text', or: null },
  path: { is: { list: 'text' }, or: null },
  topics: { is: 'number', or: null },
  messages: { is: 'number', or: null },
  all: { is: 'flag', or: null },
  cut: { is: 'number', or: null },
  lost: { is: 'number', or: null },
  node: { is: { of: TopicNodeShape }, or: null },
  children: { is: { list: { of: TopicNodeShape } }, or: null },
  total: { is: 'number', or: null },
  after: { is: 'text', or: null },
};

export const ProviderShownShape: Shape<ProviderShown> = {
  name: { is: 'text' },
  label: { is: 'text' },
};

export const WhoShape: Shape<Who> = {
  ok: { is: { one: [true] } },
  user: { is: { of: PersonShape }, or: null },
  first: { is: 'flag' },
  passwords: { is: 'flag', or: null },
  providers: { is: { list: { of: ProviderShownShape } }, or: null },
};

export const SignedInShape: Shape<SignedIn> = {
  ok: { is: { one: [true] } },
  user: { is: { of: PersonShape }, or: null },
  degraded: { is: 'text', or: null },
  wants: { is: { one: ['code', 'enrol'] }, or: null },
  half: { is: 'text', or: null },
};

export const SignedOutShape: Shape<SignedOut> = {
  ok: { is: { one: [true] } },
  provider: { is: 'text', or: null },
  url: { is: 'text', or: null },
};

export const WelcomedShape: Shape<Welcomed> = {
  ok: { is: { one: [true] } },
  user: { is: { of: PersonShape }, or: null },
  degraded: { is: 'text', or: null },
  needs: { is: { list: 'text' }, or: null },
};

export const MeShape: Shape<Me> = {
  ok: { is: { one: [true] } },
  user: { is: { of: PersonShape } },
  degraded: { is: 'text', or: null },
};

export const PasskeyChallengeShape: Shape<PasskeyChallenge> = {
  ok: { is: { one: [true] } },
  challenge: { is: 'text' },
  rp: { is: 'text' },
  state: { is: 'text' },
  lasts: { is: 'number', or: 600.0 },
};

export const PasskeyToMakeShape: Shape<PasskeyToMake> = {
  ok: { is: { one: [true] } },
  challenge: { is: 'text' },
  rp: { is: 'text' },
  state: { is: 'text' },
  user: { is: 'text' },
  name: { is: 'text' },
  display: { is: 'text' },
  known: { is: { list: 'text' } },
  algorithms: { is: { list: 'number' }, or: [-8, -7, -257] },
  lasts: { is: 'number', or: 600.0 },
};

export const PasskeyShownShape: Shape<PasskeyShown> = {
  id: { is: 'text' },
  name: { is: 'text' },
  at: { is: 'text' },
  synced: { is: 'flag' },
  created: { is: 'number' },
  used: { is: 'number', or: null },
};

export const OnePasskeyShape: Shape<OnePasskey> = {
  ok: { is: { one: [true] } },
  passkey: { is: { of: PasskeyShownShape } },
};

export const NewAppShape: Shape<NewApp> = {
  ok: { is: { one: [true] } },
  secret: { is: 'text' },
  address: { is: 'text' },
  sealed: { is: 'text' },
};

export const CameWithAppShape: Shape<CameWithApp> = {
  ok: { is: { one: [true] } },
  user: { is: { of: PersonShape } },
  codes: { is: { list: 'text' } },
  degraded: { is: 'text', or: null },
};

export const FactorsShape: Shape<Factors> = {
  ok: { is: { one: [true] } },
  password: { is: 'flag' },
  passkeys: { is: { list: { of: PasskeyShownShape } } },
  why_no_passkeys: { is: 'text' },
  app: { is: 'number', or: null },
  app_used: { is: 'number', or: null },
  recovery: { is: 'number' },
  demanded: { is: 'flag' },
};

export const RecoveryCodesShape: Shape<RecoveryCodes> = {
  ok: { is: { one: [true] } },
  codes: { is: { list: 'text' } },
};

export const FactorsResetShape: Shape<FactorsReset> = {
  ok: { is: { one: [true] } },
  passkeys: { is: 'number' },
  app: { is: 'flag' },
  password: { is: 'flag' },
};

export const InvitedShape: Shape<Invited> = {
  ok: { is: { one: [true] } },
  user: { is: { of: PersonShape }, or: null },
  degraded: { is: 'text', or: null },
  needs: { is: { list: 'text' }, or: null },
  by: { is: 'text', or: '' },
  account: { is: 'text', or: '' },
  ends: { is: 'number', or: 0.0 },
  adds_phone: { is: 'flag', or: false },
  passkey: { is: 'flag', or: false },
  wants: { is: { one: ['code', 'enrol'] }, or: null },
  half: { is: 'text', or: null },
};

export const BegunShape: Shape<Begun> = {
  ok: { is: { one: [true] } },
  url: { is: 'text' },
  back: { is: 'text' },
};

export const CameElsewhereShape: Shape<CameElsewhere> = {
  ok: { is: { one: [true] } },
  purpose: { is: { one: ['join', 'link', 'sign_in'] } },
  provider: { is: 'text' },
  place: { is: 'text', or: '' },
  user: { is: { of: PersonShape }, or: null },
  degraded: { is: 'text', or: null },
  adds_phone: { is: 'flag', or: false },
};

export const IdentityShownShape: Shape<IdentityShown> = {
  id: { is: 'text' },
  provider: { is: 'text' },
  called: { is: 'text' },
  subject: { is: 'text' },
  created: { is: 'number' },
  used: { is: 'number', or: null },
};

export const IdentitiesShape: Shape<Identities> = {
  ok: { is: { one: [true] } },
  identities: { is: { list: { of: IdentityShownShape } } },
  providers: { is: { list: { of: ProviderShownShape } } },
};

export const InvitationShownShape: Shape<InvitationShown> = {
  id: { is: 'text' },
  name: { is: 'text' },
  owner: { is: 'text' },
  account: { is: 'text' },
  role: { is: { one: ['admin', 'operator', 'viewer'] } },
  see: { is: { list: 'text' } },
  drive: { is: { list: 'text' } },
  own: { is: { list: 'text' } },
  adds_phone: { is: 'flag' },
  created: { is: 'number' },
  ends: { is: 'number' },
  state: { is: { one: ['ended', 'open', 'revoked', 'used'] } },
};

export const InvitationsShape: Shape<Invitations> = {
  ok: { is: { one: [true] } },
  invitations: { is: { list: { of: InvitationShownShape } } },
};

export const InvitationMadeShape: Shape<InvitationMade> = {
  ok: { is: { one: [true] } },
  id: { is: 'text' },
  url: { is: 'text' },
  ends: { is: 'number' },
  reach: { is: { one: ['anywhere', 'machine', 'network'] }, or: 'anywhere' },
};

export const AccountViewShape: Shape<AccountView> = {
  ok: { is: { one: [true] } },
  things: { is: { list: 'text' } },
  more: { is: 'flag', or: false },
};

export const SessionShownShape: Shape<SessionShown> = {
  id: { is: 'text' },
  created: { is: 'number' },
  seen: { is: 'number' },
  address: { is: 'text' },
  agent: { is: 'text' },
  here: { is: 'flag' },
};

export const SessionsShape: Shape<Sessions> = {
  ok: { is: { one: [true] } },
  sessions: { is: { list: { of: SessionShownShape } } },
};

export const TokenShownShape: Shape<TokenShown> = {
  id: { is: 'text' },
  name: { is: 'text' },
  scopes: { is: { list: 'text' } },
  things: { is: { list: 'text' } },
  created: { is: 'number' },
  expires: { is: 'number', or: null },
  used: { is: 'number', or: null },
};

export const TokensShape: Shape<Tokens> = {
  ok: { is: { one: [true] } },
  tokens: { is: { list: { of: TokenShownShape } } },
};

export const NewTokenMadeShape: Shape<NewTokenMade> = {
  ok: { is: { one: [true] } },
  token: { is: 'text' },
  id: { is: 'text' },
};

export const LinkShownShape: Shape<LinkShown> = {
  id: { is: 'text' },
  name: { is: 'text' },
  owner: { is: 'text' },
  things: { is: { list: 'text' } },
  created: { is: 'number' },
  starts: { is: 'number' },
  ends: { is: 'number' },
  standing: { is: { one: ['early', 'ended', 'open', 'revoked'] } },
  visitors: { is: 'number' },
};

export const LinksShape: Shape<Links> = {
  ok: { is: { one: [true] } },
  links: { is: { list: { of: LinkShownShape } } },
};

export const NewLinkMadeShape: Shape<NewLinkMade> = {
  ok: { is: { one: [true] } },
  id: { is: 'text' },
  url: { is: 'text' },
  reach: { is: { one: ['anywhere', 'machine', 'network'] }, or: 'anywhere' },
};

export const RetentionShownShape: Shape<RetentionShown> = {
  ok: { is: { one: [true] } },
  days: { is: 'number', or: null },
};

export const ThingShape: Shape<Thing> = {
  k: { is: 'text' },
  id: { is: 'text' },
  s: { is: 'number', or: 0 },
  place: { is: 'text', or: null },
};

export const AllThingsShape: Shape<AllThings> = {
  ok: { is: { one: [true] } },
  things: { is: { list: { open: ThingShape } } },
};

export const SceneShape: Shape<Scene> = {
  ok: { is: { one: [true] } },
  at: { is: 'number' },
  things: { is: { list: { open: ThingShape } } },
};

export const HistoryEventShape: Shape<HistoryEvent> = {
  sort: { is: { one: ['alarm', 'alert', 'crossing', 'drive', 'log', 'photo', 'transition'] } },
  thing: { is: 'text' },
  tst: { is: 'number' },
  at: { is: 'number' },
  hidden: { is: 'flag', or: null },
  place: { is: 'text', or: null },
  name: { is: 'text', or: null },
  desc: { is: 'text', or: null },
  event: { is: 'text', or: null },
  inferred: { is: 'flag', or: null },
  lat: { is: 'number', or: null },
  lon: { is: 'number', or: null },
  poi: { is: 'text', or: null },
  hash: { is: 'text', or: null },
  width: { is: 'number', or: null },
  height: { is: 'number', or: null },
  what: { is: 'text', or: null },
  who: { is: 'text', or: null },
  why: { is: 'text', or: null },
};

export const EventsShape: Shape<Events> = {
  ok: { is: { one: [true] } },
  events: { is: { list: { open: HistoryEventShape } } },
  next: { is: 'text', or: null },
};

export const OneThingShape: Shape<OneThing> = {
  ok: { is: { one: [true] } },
  thing: { is: { open: ThingShape } },
};

export const TrackEntryShape: Shape<TrackEntry> = {
  tst: { is: 'number', or: null },
  at: { is: 'number', or: null },
  lat: { is: 'number', or: null },
  lon: { is: 'number', or: null },
  vel: { is: 'number', or: null },
  doubt: { is: 'text', or: null },
  hidden: { is: 'flag', or: null },
  believed: { is: 'flag', or: null },
  batt: { is: 'number', or: null },
  rtt: { is: 'number', or: null },
  trip: { is: 'number', or: null },
  n: { is: 'number', or: null },
  level: { is: 'text', or: null },
  text: { is: 'text', or: null },
};

export const TrackOfThingShape: Shape<TrackOfThing> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  sort: { is: 'text' },
  data: { is: { list: { open: TrackEntryShape } } },
  count: { is: 'number' },
};

export const DayCountShape: Shape<DayCount> = {
  day: { is: 'text' },
  count: { is: 'number' },
  from: { is: 'number' },
  to: { is: 'number' },
};

export const DaysShape: Shape<Days> = {
  ok: { is: { one: [true] } },
  days: { is: { list: { of: DayCountShape } } },
};

export const HiddenShape: Shape<Hidden> = {
  ok: { is: { one: [true] } },
  hidden: { is: 'number' },
  undo: { is: 'text' },
};

export const ShownShape: Shape<Shown> = {
  ok: { is: { one: [true] } },
  shown: { is: 'number' },
};

export const BelievedShape: Shape<Believed> = {
  ok: { is: { one: [true] } },
  believed: { is: 'number' },
  undo: { is: 'text' },
};

export const OverruledActShape: Shape<OverruledAct> = {
  what: { is: { one: ['hide', 'use'] } },
  at: { is: 'number', or: null },
  count: { is: 'number' },
  from: { is: 'number' },
  to: { is: 'number' },
  undo: { is: 'text' },
};

export const OverruledShape: Shape<Overruled> = {
  ok: { is: { one: [true] } },
  acts: { is: { list: { of: OverruledActShape } } },
};

export const JudgedShape: Shape<Judged> = {
  ok: { is: { one: [true] } },
  used: { is: 'number' },
  believed: { is: 'number' },
  doubtful: { is: { map: 'number' } },
};

export const CalendarDayShape: Shape<CalendarDay> = {
  day: { is: 'text' },
  from: { is: 'number' },
  to: { is: 'number' },
};

export const CalendarShape: Shape<Calendar> = {
  ok: { is: { one: [true] } },
  days: { is: { list: { of: CalendarDayShape } } },
};

export const RegionTotalShape: Shape<RegionTotal> = {
  region: { is: 'text' },
  name: { is: 'text' },
  visits: { is: 'number' },
  seconds: { is: 'number' },
};

export const PastVisitShape: Shape<PastVisit> = {
  region: { is: 'text' },
  name: { is: 'text' },
  from: { is: 'number' },
  to: { is: 'number' },
};

export const SpanSummaryShape: Shape<SpanSummary> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  fixes: { is: 'number' },
  doubtful: { is: 'number' },
  first: { is: 'number', or: null },
  last: { is: 'number', or: null },
  distance_m: { is: 'number' },
  moving_s: { is: 'number' },
  top_speed_kmh: { is: 'number', or: null },
  top_speed_at: { is: 'number', or: null },
  regions: { is: { list: { of: RegionTotalShape } } },
  visits: { is: { list: { of: PastVisitShape } } },
};

export const HeatCellShape: Shape<HeatCell> = {
  lat: { is: 'number' },
  lon: { is: 'number' },
  seconds: { is: 'number' },
};

export const HeatMapShape: Shape<HeatMap> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  seconds: { is: 'number' },
  cell_m: { is: 'number' },
  cells: { is: { list: { of: HeatCellShape } } },
};

export const UserShownShape: Shape<UserShown> = {
  name: { is: 'text' },
  role: { is: { one: ['admin', 'operator', 'viewer'] } },
  disabled: { is: 'flag' },
  password: { is: 'flag' },
  created: { is: 'number' },
  seen: { is: 'number', or: null },
  see: { is: { list: 'text' } },
  drive: { is: { list: 'text' } },
  own: { is: { list: 'text' } },
  sessions: { is: 'number' },
  tokens: { is: 'number' },
  display: { is: 'text' },
  passkeys: { is: 'number', or: 0 },
  app: { is: 'flag', or: false },
  telephone: { is: 'text', or: '' },
};

export const UsersShape: Shape<Users> = {
  ok: { is: { one: [true] } },
  users: { is: { list: { of: UserShownShape } } },
};

export const OneUserShape: Shape<OneUser> = {
  ok: { is: { one: [true] } },
  user: { is: { of: UserShownShape } },
};

export const AuditShownShape: Shape<AuditShown> = {
  n: { is: 'number' },
  at: { is: 'number' },
  who: { is: 'text' },
  address: { is: 'text' },
  what: { is: 'text' },
  thing: { is: 'text' },
  result: { is: 'text' },
  more: { is: 'text' },
};

export const AuditShape: Shape<Audit> = {
  ok: { is: { one: [true] } },
  records: { is: { list: { of: AuditShownShape } } },
  next: { is: 'number', or: null },
};

export const NameShownShape: Shape<NameShown> = {
  name: { is: 'text' },
  how: { is: 'text' },
  at: { is: 'number' },
};

export const DeviceShownShape: Shape<DeviceShown> = {
  device: { is: 'text' },
  names: { is: { list: { of: NameShownShape } } },
  card: { is: 'text', or: null },
  heard: { is: 'number', or: null },
  listens: { is: 'text' },
};

export const DevicesShape: Shape<Devices> = {
  ok: { is: { one: [true] } },
  devices: { is: { list: { of: DeviceShownShape } } },
  more: { is: 'flag' },
};

export const MergePreviewShape: Shape<MergePreview> = {
  ok: { is: { one: [true] } },
  device: { is: 'text' },
  into: { is: 'text' },
  names: { is: { list: 'text' } },
  newer: { is: 'text' },
  gains: { is: { list: 'text' } },
  links: { is: { list: 'text' } },
};

export const OneDeviceShape: Shape<OneDevice> = {
  ok: { is: { one: [true] } },
  device: { is: { of: DeviceShownShape } },
};

export const PeopleShape: Shape<People> = {
  ok: { is: { one: [true] } },
  people: { is: { map: 'text' } },
};

export const TelephoneShownShape: Shape<TelephoneShown> = {
  account: { is: 'text' },
  display: { is: 'text' },
  telephone: { is: 'text' },
  things: { is: { list: 'text' } },
};

export const TelephonesShape: Shape<Telephones> = {
  ok: { is: { one: [true] } },
  own: { is: 'text' },
  telephones: { is: { list: { of: TelephoneShownShape } } },
};

export const AddressShownShape: Shape<AddressShown> = {
  ok: { is: { one: [true] } },
  url: { is: 'text' },
  reach: { is: { one: ['anywhere', 'machine', 'network'] } },
};

export const PhoneShownShape: Shape<PhoneShown> = {
  thing: { is: 'text' },
  name: { is: 'text' },
  owner: { is: 'text' },
  since: { is: 'number' },
};

export const PhonePlaceShape: Shape<PhonePlace> = {
  settled: { is: 'text' },
  chosen: { is: 'text' },
  guess: { is: 'text' },
  here_only: { is: 'flag' },
  mqtt: { is: 'flag' },
};

export const PhonesShape: Shape<Phones> = {
  ok: { is: { one: [true] } },
  phones: { is: { list: { of: PhoneShownShape } } },
  may_add: { is: 'flag' },
  place: { is: { of: PhonePlaceShape } },
};

export const PhoneAddedShape: Shape<PhoneAdded> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  exists: { is: 'flag', or: false },
  link: { is: 'text', or: '' },
  address: { is: 'text', or: '' },
  text: { is: 'text', or: '' },
  url: { is: 'text', or: '' },
  user: { is: 'text', or: '' },
  device: { is: 'text', or: '' },
  password: { is: 'text', or: '' },
  plain: { is: 'flag', or: false },
  reach: { is: { one: ['anywhere', 'machine', 'network'] }, or: 'anywhere' },
};

export const PhoneAttemptShape: Shape<PhoneAttempt> = {
  ok: { is: { one: [true] } },
  since: { is: 'number' },
  here: { is: 'number', or: null },
  reached: { is: 'number', or: null },
  trouble: { is: { one: ['busy', 'none', 'other_device', 'other_user', 'unreadable', 'wrong_password'] }, or: 'none' },
  detail: { is: 'text', or: '' },
  address: { is: 'text', or: '' },
  at: { is: 'number', or: null },
  tries: { is: 'number', or: 0 },
};

export const DeviceFiguresShape: Shape<DeviceFigures> = {
  device: { is: 'text' },
  friend: { is: 'flag', or: false },
  heard: { is: 'number' },
  used: { is: 'number' },
  doubtful: { is: 'number' },
  left_out: { is: 'number' },
  refused: { is: 'number' },
  why: { is: 'text', or: '' },
  at: { is: 'number', or: null },
  via: { is: 'text', or: '' },
};

export const DeliveryCountsShape: Shape<DeliveryCounts> = {
  ok: { is: { one: [true] } },
  devices: { is: { list: { of: DeviceFiguresShape } } },
  total: { is: 'number' },
  forgotten: { is: 'number' },
};

export const DeliveryOfDeviceShape: Shape<DeliveryOfDevice> = {
  ok: { is: { one: [true] } },
  device: { is: { of: DeviceFiguresShape } },
};

export const MapShownShape: Shape<MapShown> = {
  name: { is: 'text' },
  title: { is: 'text' },
  role: { is: { one: ['base', 'layer'] } },
  schema: { is: { one: ['', 'openmaptiles', 'protomaps', 'shortbread'] } },
  bounds: { is: 'any' },
  min_zoom: { is: 'number' },
  max_zoom: { is: 'number' },
  size: { is: 'number' },
  updated: { is: 'number' },
  source: { is: 'text' },
  places: { is: 'flag' },
  problem: { is: 'text' },
};

export const MapsShape: Shape<Maps> = {
  ok: { is: { one: [true] } },
  maps: { is: { list: { of: MapShownShape } } },
  trouble: { is: 'text' },
};

export const CheckedStepShape: Shape<CheckedStep> = {
  level: { is: { one: ['fail', 'ok', 'skip', 'warn'] } },
  said: { is: 'text' },
  where: { is: 'text', or: '' },
  step: { is: 'text', or: '' },
  todo: { is: 'text', or: '' },
};

export const SetupCheckShape: Shape<SetupCheck> = {
  ok: { is: { one: [true] } },
  running: { is: 'flag' },
  began: { is: 'number', or: null },
  ended: { is: 'number', or: null },
  trouble: { is: 'text' },
  findings: { is: { list: { of: CheckedStepShape } } },
};

export const WouldTellShape: Shape<WouldTell> = {
  at: { is: 'number' },
  thing: { is: 'text' },
  value: { is: 'number', or: null },
  place: { is: 'text', or: null },
  lat: { is: 'number', or: null },
  lon: { is: 'number', or: null },
  resolved: { is: 'number', or: null },
  late: { is: 'number', or: null },
};

export const RuleTroubleShape: Shape<RuleTrouble> = {
  code: { is: 'text' },
  words: { is: 'text' },
  field: { is: 'text', or: null },
};

export const RuleTriedShape: Shape<RuleTried> = {
  ok: { is: { one: [true] } },
  would: { is: { list: { of: WouldTellShape } } },
  count: { is: 'number' },
  looked_at: { is: 'number' },
  from: { is: 'number' },
  to: { is: 'number' },
  quiet: { is: 'number' },
  trouble: { is: { list: { of: RuleTroubleShape } } },
};

export const UsualSilenceShape: Shape<UsualSilence> = {
  ok: { is: { one: [true] } },
  thing: { is: 'text' },
  usual: { is: 'number', or: null },
  learned: { is: 'number' },
};

export const RulesTextShape: Shape<RulesText> = {
  ok: { is: { one: [true] } },
  text: { is: 'text' },
  count: { is: 'number' },
};

export const ReadRuleShape: Shape<ReadRule> = {
  name: { is: 'text', or: '' },
  about: { is: { list: 'text' } },
  condition: { is: { of: ConditionShape } },
  hours: { is: { of: HoursShape }, or: {} },
  tell: { is: { list: { of: RecipientShape } } },
  urgent: { is: 'flag', or: false },
  every: { is: 'number', or: 0.0 },
  again: { is: 'number', or: null },
  enabled: { is: 'flag', or: true },
};

export const ReadChangeShape: Shape<ReadChange> = {
  line: { is: 'number' },
  change: { is: { one: ['changed', 'new', 'same'] } },
  rule: { is: { of: ReadRuleShape } },
  thing: { is: 'text', or: null },
  version: { is: 'number', or: 0 },
  trouble: { is: { list: { of: RuleTroubleShape } } },
};

export const TextErrorShape: Shape<TextError> = {
  line: { is: 'number' },
  column: { is: 'number' },
  at: { is: 'number' },
  expected: { is: 'text' },
};

export const RulesReadShape: Shape<RulesRead> = {
  ok: { is: { one: [true] } },
  changes: { is: { list: { of: ReadChangeShape } } },
  errors: { is: { list: { of: TextErrorShape } } },
  left_out: { is: 'number' },
  room: { is: 'number' },
};

export const QuietShape: Shape<Quiet> = {
  begin: { is: 'text' },
  end: { is: 'text' },
  zone: { is: 'text', or: null },
  then: { is: { one: ['drop', 'summary'] }, or: 'summary' },
};

export const ChannelShownShape: Shape<ChannelShown> = {
  id: { is: 'text' },
  type: { is: { one: ['address', 'mqtt', 'push', 'webhook'] } },
  name: { is: 'text' },
  host: { is: 'text' },
  language: { is: 'text' },
  zone: { is: 'text' },
  quiet: { is: { of: QuietShape }, or: null },
  passes: { is: 'flag' },
  enabled: { is: 'flag' },
  last: { is: 'number', or: null },
  why: { is: 'text', or: null },
  waiting: { is: 'number' },
  dead: { is: 'number' },
};

export const ChannelsShape: Shape<Channels> = {
  ok: { is: { one: [true] } },
  channels: { is: { list: { of: ChannelShownShape } } },
  addresses: { is: { list: 'text' } },
  most: { is: 'number' },
};

export const OneChannelShape: Shape<OneChannel> = {
  ok: { is: { one: [true] } },
  channel: { is: { of: ChannelShownShape } },
  secret: { is: 'text', or: null },
};

export const TestedShape: Shape<Tested> = {
  ok: { is: { one: [true] } },
  taken: { is: 'flag' },
  why: { is: 'text', or: null },
  channel: { is: { of: ChannelShownShape }, or: null },
};

export const DeadShownShape: Shape<DeadShown> = {
  id: { is: 'text' },
  channel: { is: 'text' },
  title: { is: 'text' },
  body: { is: 'text' },
  at: { is: 'number' },
  urgent: { is: 'flag' },
  alert: { is: 'text' },
  why: { is: 'text' },
  attempts: { is: 'number' },
  ended: { is: 'number' },
};

export const DeadNotificationsShape: Shape<DeadNotifications> = {
  ok: { is: { one: [true] } },
  dead: { is: { list: { of: DeadShownShape } } },
};

export const PushKeyShape: Shape<PushKey> = {
  ok: { is: { one: [true] } },
  key: { is: 'text' },
};

export const ChannelSummaryShape: Shape<ChannelSummary> = {
  id: { is: 'text' },
  account: { is: 'text' },
  type: { is: { one: ['address', 'mqtt', 'push', 'webhook'] } },
  host: { is: 'text' },
  enabled: { is: 'flag' },
  last: { is: 'number', or: null },
  why: { is: 'text', or: null },
  waiting: { is: 'number' },
  dead: { is: 'number' },
};

export const ChannelOverviewShape: Shape<ChannelOverview> = {
  ok: { is: { one: [true] } },
  channels: { is: { list: { of: ChannelSummaryShape } } },
  trouble: { is: 'text' },
};

export const RecordedDayShape: Shape<RecordedDay> = {
  day: { is: 'text' },
  size: { is: 'number' },
  messages: { is: 'number' },
  open: { is: 'flag', or: false },
};

export const RecordedShareShape: Shape<RecordedShare> = {
  level: { is: 'text' },
  topics: { is: 'number' },
  messages: { is: 'number' },
  size: { is: 'number' },
};

export const RecordedFlawShape: Shape<RecordedFlaw> = {
  file: { is: 'text' },
  line: { is: 'number' },
  why: { is: 'text' },
};

export const RecordedShape: Shape<Recorded> = {
  ok: { is: { one: [true] } },
  enabled: { is: 'flag' },
  topics: { is: { list: 'text' } },
  days: { is: 'number' },
  megabytes: { is: 'number' },
  brokers: { is: { list: 'text' } },
  begins: { is: 'number', or: null },
  ends: { is: 'number', or: null },
  recorded: { is: { list: { of: RecordedDayShape } } },
  missing: { is: { list: 'text' } },
  size: { is: 'number' },
  messages: { is: 'number' },
  a_day: { is: 'number', or: null },
  measured: { is: { one: ['days', 'hours'] }, or: null },
  shares: { is: { list: { of: RecordedShareShape } } },
  flaws: { is: { list: { of: RecordedFlawShape } } },
  flawed: { is: 'number' },
};

export const PastLevelShape: Shape<PastLevel> = {
  name: { is: 'text' },
  messages: { is: 'number' },
  topics: { is: 'number', or: 0 },
  children: { is: 'number', or: 0 },
  retained: { is: 'number', or: 0 },
  at: { is: 'number', or: null },
  count: { is: 'number', or: 0 },
  last: { is: 'text', or: null },
  hex: { is: 'text', or: null },
  size: { is: 'number', or: null },
  qos: { is: 'number', or: null },
  retain: { is: 'flag', or: false },
  differs: { is: 'flag', or: null },
};

export const PastTreeShape: Shape<PastTree> = {
  ok: { is: { one: [true] } },
  at: { is: 'number' },
  broker: { is: 'text' },
  below: { is: 'text' },
  begins: { is: 'number', or: null },
  node: { is: { of: PastLevelShape } },
  children: { is: { list: { of: PastLevelShape } } },
  total: { is: 'number' },
  after: { is: 'text', or: null },
};

export const PastMessageShape: Shape<PastMessage> = {
  topic: { is: 'text' },
  at: { is: 'number' },
  payload: { is: 'text', or: null },
  base64: { is: 'text', or: null },
  size: { is: 'number', or: null },
  qos: { is: 'number', or: 0 },
  retain: { is: 'flag', or: false },
};

export const PastValueShape: Shape<PastValue> = {
  ok: { is: { one: [true] } },
  at: { is: 'number' },
  broker: { is: 'text' },
  topic: { is: 'text' },
  value: { is: { of: PastMessageShape }, or: null },
  retained: { is: { of: PastMessageShape }, or: null },
  now: { is: { of: PastMessageShape }, or: null },
  differs: { is: 'flag', or: false },
  begins: { is: 'number', or: null },
  fields: { is: { list: 'text' } },
  clients: { is: { list: 'text' } },
};

export const ChangedTopicShape: Shape<ChangedTopic> = {
  topic: { is: 'text' },
  then: { is: { of: PastMessageShape }, or: null },
  now: { is: { of: PastMessageShape } },
  messages: { is: 'number' },
};

export const DifferenceShape: Shape<Difference> = {
  ok: { is: { one: [true] } },
  at: { is: 'number' },
  broker: { is: 'text' },
  topics: { is: { list: { of: ChangedTopicShape } } },
  after: { is: 'text', or: null },
};

export const PastMessagesShape: Shape<PastMessages> = {
  ok: { is: { one: [true] } },
  broker: { is: 'text' },
  messages: { is: { list: { of: PastMessageShape } } },
  complete: { is: 'flag' },
  reached: { is: 'number' },
  after: { is: 'text', or: null },
};

export const CurveShape: Shape<Curve> = {
  ok: { is: { one: [true] } },
  broker: { is: 'text' },
  topic: { is: 'text' },
  field: { is: 'text' },
  step: { is: 'number' },
  buckets: { is: { list: 'number' } },
  low: { is: { list: 'number' } },
  high: { is: { list: 'number' } },
  last: { is: { list: 'number' } },
  at: { is: { list: 'number' } },
  messages: { is: 'number' },
  numbers: { is: 'number' },
  complete: { is: 'flag' },
  reached: { is: 'number' },
  after: { is: 'text', or: null },
};

export const PlaceShownShape: Shape<PlaceShown> = {
  text: { is: 'text' },
  street: { is: 'text' },
  number: { is: 'text' },
  park: { is: 'text' },
  part: { is: 'text' },
  town: { is: 'text' },
};

export const PlacesShownShape: Shape<PlacesShown> = {
  ok: { is: { one: [true] } },
  places: { is: { list: { of: PlaceShownShape } } },
};

export const FoundPlaceShape: Shape<FoundPlace> = {
  name: { is: 'text' },
  local: { is: 'text' },
  type: { is: { one: ['city', 'hamlet', 'house', 'neighbourhood', 'park', 'spot', 'street', 'suburb', 'town', 'village'] } },
  town: { is: 'text' },
  lat: { is: 'number' },
  lon: { is: 'number' },
  box: { is: 'any' },
};

export const FoundPlacesShape: Shape<FoundPlaces> = {
  ok: { is: { one: [true] } },
  places: { is: { list: { of: FoundPlaceShape } } },
};

export const RemoteMapShownShape: Shape<RemoteMapShown> = {
  name: { is: 'text' },
  title: { is: 'text' },
  url: { is: 'text' },
  role: { is: { one: ['base', 'layer'] } },
  type: { is: { one: ['pmtiles', 'raster', 'style'] } },
  schema: { is: { one: ['', 'openmaptiles', 'protomaps', 'shortbread'] } },
  hosts: { is: { list: 'text' } },
  has_key: { is: 'flag' },
  fixed: { is: 'flag' },
  by: { is: 'text' },
  at: { is: 'number' },
};

export const RemoteMapListShape: Shape<RemoteMapList> = {
  ok: { is: { one: [true] } },
  maps: { is: { list: { of: RemoteMapShownShape } } },
  trouble: { is: 'text' },
};

export const RemoteMapTriedShape: Shape<RemoteMapTried> = {
  ok: { is: { one: [true] } },
  fault: { is: 'text' },
  hosts: { is: { list: 'text' } },
  credit: { is: 'text' },
  type: { is: { one: ['pmtiles', 'raster', 'style'] } },
};

export const ANSWERS: {
  readonly [N in keyof Requests]: Requests[N]['answers'] extends Blob
    ? null
    : Shape<Requests[N]['answers']>;
} = {
  adopt: SavedRegionShape,
  alert: DoneShape,
  ask: LeaseGivenShape,
  clear: SentShape,
  clearregions: AskedOfPhoneShape,
  drive: ProgressShape,
  drivers: DriversShape,
  figures: FiguresOverTimeShape,
  findtopics: TopicsFoundShape,
  halt: DoneShape,
  locate: AskedOfPhoneShape,
  look: DoneShape,
  phonestatus: AskedOfPhoneShape,
  ping: PingAnswerShape,
  publish: SentShape,
  readregions: AskedOfPhoneShape,
  region: SavedRegionShape,
  release: DoneShape,
  reply: DoneShape,
  routine: EffectSeenShape,
  rule: SavedRuleShape,
  rules: SavedRulesShape,
  sendregions: AskedOfPhoneShape,
  setup: SetUpLinkShape,
  shutdown: EffectSeenShape,
  stop: StoppedShape,
  subscribe: SubscribedShape,
  take: LeaseGivenShape,
  takeover: LeaseGivenShape,
  topics: TopicPageShape,
  unregion: DoneShape,
  unrule: DoneShape,
  unsubscribe: DoneShape,
};

export const REPLIES: {
  readonly [N in keyof Calls]: Calls[N]['answers'] extends Blob
    ? null
    : Shape<Calls[N]['answers']>;
} = {
  'GET /session': WhoShape,
  'POST /session': SignedInShape,
  'DELETE /session': SignedOutShape,
  'POST /welcome': WelcomedShape,
  'POST /link': MeShape,
  'GET /me': MeShape,
  'POST /passkeys/challenge': PasskeyChallengeShape,
  'POST /session/passkey': MeShape,
  'POST /me/passkeys/challenge': PasskeyToMakeShape,
  'POST /me/passkeys': OnePasskeyShape,
  'PATCH /me/passkeys/{id}': OnePasskeyShape,
  'DELETE /me/passkeys/{id}': DoneShape,
  'POST /session/code': MeShape,
  'POST /session/app': NewAppShape,
  'POST /session/app/code': CameWithAppShape,
  'GET /me/factors': FactorsShape,
  'POST /me/app/begin': NewAppShape,
  'POST /me/app': RecoveryCodesShape,
  'POST /me/app/off': DoneShape,
  'POST /me/recovery': RecoveryCodesShape,
  'DELETE /users/{name}/factors': FactorsResetShape,
  'POST /invitation': InvitedShape,
  'POST /invitation/passkey': PasskeyToMakeShape,
  'POST /oidc/{name}': BegunShape,
  'POST /oidc': CameElsewhereShape,
  'GET /identities': IdentitiesShape,
  'DELETE /identities/{id}': DoneShape,
  'GET /users/{name}/identities': IdentitiesShape,
  'POST /users/{name}/identities': DoneShape,
  'GET /invitations': InvitationsShape,
  'POST /invitations': InvitationMadeShape,
  'DELETE /invitations/{id}': DoneShape,
  'POST /users/{name}/reset': InvitationMadeShape,
  'GET /users/{name}/view': AccountViewShape,
  'POST /me/password': DoneShape,
  'GET /sessions': SessionsShape,
  'DELETE /sessions': DoneShape,
  'DELETE /sessions/others': DoneShape,
  'DELETE /sessions/{id}': DoneShape,
  'GET /tokens': TokensShape,
  'POST /tokens': NewTokenMadeShape,
  'DELETE /tokens/{id}': DoneShape,
  'GET /links': LinksShape,
  'POST /links': NewLinkMadeShape,
  'DELETE /links/{id}': DoneShape,
  'GET /friends/{user}/{device}/retention': RetentionShownShape,
  'PUT /friends/{user}/{device}/retention': RetentionShownShape,
  'GET /friends/{user}/{device}/export': null,
  'POST /friends/{user}/{device}/erase': DoneShape,
  'GET /things': AllThingsShape,
  'GET /scene': SceneShape,
  'GET /events': EventsShape,
  'GET /things/{kind}/{id}': OneThingShape,
  'GET /history/{kind}/{id}': TrackOfThingShape,
  'GET /days/{kind}/{id}': DaysShape,
  'GET /things/{kind}/{group}/{id}': OneThingShape,
  'GET /history/{kind}/{group}/{id}': TrackOfThingShape,
  'GET /days/{kind}/{group}/{id}': DaysShape,
  'POST /hide/{kind}/{id}': HiddenShape,
  'POST /hide/{kind}/{group}/{id}': HiddenShape,
  'POST /unhide': ShownShape,
  'POST /believe/{kind}/{id}': BelievedShape,
  'GET /overruled/{kind}/{id}': OverruledShape,
  'GET /judged/{kind}/{id}': JudgedShape,
  'POST /believe/{kind}/{group}/{id}': BelievedShape,
  'GET /overruled/{kind}/{group}/{id}': OverruledShape,
  'GET /judged/{kind}/{group}/{id}': JudgedShape,
  'GET /calendar': CalendarShape,
  'GET /summary/friend/{user}/{device}': SpanSummaryShape,
  'GET /heat/friend/{user}/{device}': HeatMapShape,
  'GET /users': UsersShape,
  'POST /users': OneUserShape,
  'GET /users/{name}': OneUserShape,
  'PATCH /users/{name}': OneUserShape,
  'DELETE /users/{name}': DoneShape,
  'GET /users/{name}/sessions': SessionsShape,
  'DELETE /users/{name}/sessions': DoneShape,
  'DELETE /users/{name}/sessions/{id}': DoneShape,
  'GET /users/{name}/tokens': TokensShape,
  'GET /audit': AuditShape,
  'GET /admin/devices': DevicesShape,
  'GET /admin/devices/{user}/{device}/merge': MergePreviewShape,
  'POST /admin/devices/{user}/{device}/merge': OneDeviceShape,
  'POST /admin/devices/{user}/{device}/rename': OneDeviceShape,
  'POST /admin/devices/{user}/{device}/split': OneDeviceShape,
  'GET /people': PeopleShape,
  'GET /telephones': TelephonesShape,
  'PUT /me/telephone': DoneShape,
  'PUT /users/{name}/telephone': DoneShape,
  'PUT /admin/address': AddressShownShape,
  'GET /phones': PhonesShape,
  'POST /phones': PhoneAddedShape,
  'GET /phones/{user}/{device}': PhoneAttemptShape,
  'POST /phones/{user}/{device}': PhoneAddedShape,
  'DELETE /phones/{user}/{device}': DoneShape,
  'GET /deliveries': DeliveryCountsShape,
  'GET /deliveries/{user}/{device}': DeliveryOfDeviceShape,
  'GET /admin/maps': MapsShape,
  'DELETE /admin/maps/{name}': DoneShape,
  'GET /admin/check': SetupCheckShape,
  'POST /admin/check': SetupCheckShape,
  'POST /rules/try': RuleTriedShape,
  'GET /rules/usual': UsualSilenceShape,
  'POST /alerts/acknowledge': DoneShape,
  'GET /rules/text': RulesTextShape,
  'POST /rules/text': RulesTextShape,
  'POST /rules/read': RulesReadShape,
  'GET /channels': ChannelsShape,
  'POST /channels': OneChannelShape,
  'PUT /channels/{id}': OneChannelShape,
  'DELETE /channels/{id}': DoneShape,
  'POST /channels/{id}/test': TestedShape,
  'GET /channels/dead': DeadNotificationsShape,
  'POST /channels/{id}/dead': DoneShape,
  'GET /push/key': PushKeyShape,
  'GET /admin/channels': ChannelOverviewShape,
  'GET /topics/recorded': RecordedShape,
  'GET /topics/tree': PastTreeShape,
  'GET /topics/value': PastValueShape,
  'GET /topics/difference': DifferenceShape,
  'GET /topics/messages': PastMessagesShape,
  'GET /topics/curve': CurveShape,
  'GET /topics/download': null,
  'POST /places/at': PlacesShownShape,
  'POST /places/search': FoundPlacesShape,
  'GET /admin/map-addresses': RemoteMapListShape,
  'POST /admin/map-addresses/try': RemoteMapTriedShape,
  'POST /admin/map-addresses': RemoteMapTriedShape,
  'DELETE /admin/map-addresses/{name}': DoneShape,
  'GET /openapi.json': null,
};

