/**
 * The order of the page's rooms: each may import from those below it, never from one above, and no
 * two files import each other, not even for a type. `npm run check` holds the page to it.
 */
const ROOMS = [
  'main\\.tsx$',
  'pages/',
  'wiring/',
  'accounts/',
  'things/',
  '(past|console)/',
  'app/',
  'map/',
  'ui/',
  'net/',
  'worker/',
  'words/',
];

const upward = ROOMS.slice(1).map((room, index) => ({
  name: `not-upward-from-${room.replace(/\W/g, '-')}`,
  severity: 'error',
  from: { path: `^src/${room}` },
  to: { path: `^src/(${ROOMS.slice(0, index + 1).join('|')})` },
}));

module.exports = {
  forbidden: [
    ...upward,
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'map-library-only-in-map',
      severity: 'error',
      from: { pathNot: '^src/map/' },
      to: { path: 'node_modules/(maplibre-gl|pmtiles)/' },
    },
    {
      name: 'every-file-in-a-room',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: `^src/(${ROOMS.join('|')}|theme/|locales/|styles\\.ts$|generated\\.ts$|virtual\\.d\\.ts$)`,
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.css'] },
  },
};
