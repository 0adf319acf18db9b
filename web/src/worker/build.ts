/** What the service worker knows of the build it belongs to; serviceworker.plugin.ts tells it. */
export interface Build {
  /** A digest of all below: another one is another build. */
  readonly id: string;
  /** The files that are kept for a start without a network, by path: `sha256-…` of each. */
  readonly files: Readonly<Record<string, string>>;
}
