/** The list of towns that towns.plugin.ts makes. */
declare module 'virtual:towns' {
  const list: string;
  export default list;
}

/** How to get each piece of that list, by its name. */
declare module 'virtual:townpieces' {
  const pieces: Readonly<Record<string, () => Promise<{ readonly default: string }>>>;
  export default pieces;
}

/** The address of the script of the map's worker, which maplibre.plugin.ts makes. */
declare module 'virtual:map-worker' {
  const url: string;
  export default url;
}
