/** The list of towns that towns.plugin.ts makes. */
declare module 'virtual:towns' {
  const list: string;
  export default list;
}

/** A digest of the map of the world, put in by the build (vite.config.ts). */
declare const __BASEMAP__: string;

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

/** A catalogue of words, built from its file. */
declare module '*.po' {
  export const messages: import('@lingui/core').Messages;
}

/** The macro for words with elements in them; words.plugin.ts makes `words/trans.tsx` of it. */
declare module '@lingui/react/macro' {
  export function Trans(props: {
    readonly children: import('preact').ComponentChildren;
    /** Tells apart equal words of different meaning. */
    readonly context?: string;
    /** For those who translate. */
    readonly comment?: string;
  }): import('preact').JSX.Element;

  /** A plural with elements in it: `one={<span><b>#</b> friend</span>}`, never a fragment. */
  export function Plural(props: {
    readonly value: number;
    readonly one?: import('preact').ComponentChildren;
    readonly other: import('preact').ComponentChildren;
  }): import('preact').JSX.Element;
}
