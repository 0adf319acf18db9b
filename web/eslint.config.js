import lingui from 'eslint-plugin-lingui';
import tseslint from 'typescript-eslint';

/**
 * Folders whose words are not in the catalogue yet. It only ever gets shorter, and is to be empty;
 * docs/languages.md tells how words are written.
 */
const NOT_YET_IN_THE_CATALOGUE = [];

/** What no person reads, though it is a string. */
const NOT_WORDS = {
  // By the compiler's knowledge of what is one of a few names: a tone, a kind, a section.
  useTsTypes: true,
  ignore: [
    // A name of the program: `friend/{id}`, `tab-2`, `--panel`, `aria-label`.
    '^[^A-Za-zÀ-ž\\s]*[a-z][\\w./:#{}()%?=&@*+,~\\[\\]\\\\-]*$',
    // A number with its unit for style sheets and pictures, a path of a picture.
    '^(?=.*\\d)[MLHVCSQTAZmlhvcsqtaz\\d\\s.,-]+$',
    // Fonts, and questions about the screen.
    '^(Inter Variable|JetBrains Mono Variable)|^(SemiBold|Italic)$|^\\((max|min)-width',
    // What style sheets, the calendar of programs and mosquitto call things; why a socket is closed.
    '^not (working|running)$|px "Inter|^data:|^T:|^translate\\(|^\\$SYS/|^\\{"(id|ok)"|^00 ff 42$|^sketch-handle|^T\\d\\d:|^retained messages/|^(the page was closed|malformed frame)$',
    // Keys of a keyboard, codes, names of products.
    '^(Key[A-Z]|Arrow\\w+|Page(Up|Down)|Escape|Enter|Tab|Home|End|Delete|Backspace|Space|[A-Z]|GET|POST|PUT|PATCH|DELETE)$',
    '^(PgDn|PgUp|Ctrl|Wi-Fi|SSID|Android|iOS|iPhone, Android|Overland|GPSLogger|Traccar Client|PhoneTrack, OsmAnd, Locus Map|Home Assistant)$',
    '^(Sightline|OwnTracks|MQTT|QoS|JSON|GPX|GeoJSON|CSV|ICMP|TLS|HTTP|HTTPS|UTC|Denied|Malformed|Content-Type|Retry-After)$',
  ],
  ignoreNames: [
    ...[
      'class',
      'style',
      'key',
      'id',
      'for',
      'type',
      'role',
      'autocomplete',
      'inputMode',
      'pattern',
    ],
    ...[
      'href',
      'to',
      'src',
      'd',
      'viewBox',
      'transform',
      'fill',
      'stroke',
      'target',
      'rel',
      'icon',
    ],
    ...[
      'filter',
      'form',
      'method',
      'accept',
      'enterkeyhint',
      'font',
      'colour',
      'color',
      'tone',
      'part',
      'kind',
    ],
    { regex: { pattern: '^(data-|aria-(controls|live|current|describedby|labelledby|haspopup))' } },
    { regex: { pattern: '^[A-Z][A-Z\\d_]*_(KEY|KEYS|ID|IDS|CLASS|SHADER|SOURCE)$' } },
  ],
  ignoreFunctions: [
    ...[
      'Error',
      'TypeError',
      'RangeError',
      'Malformed',
      'part',
      '*.#drop',
      'URL',
      'RegExp',
      'Set',
      'Intl.*',
      '*.DateTimeFormat',
    ],
    ...['console.*', 'import', 'signal', '*.setAttribute', '*.getAttribute', '*.querySelector'],
    ...['*.querySelectorAll', '*.closest', '*.matches', '*.addEventListener', '*.split', '*.join'],
    ...['*.removeEventListener', '*.getPropertyValue', '*.setProperty', '*.startsWith'],
    ...['*.endsWith', '*.includes', '*.replace', '*.replaceAll', '*.has', '*.get', '*.set'],
    ...['*.getItem', '*.setItem', '*.removeItem', 'api.*', '*.api.*', '*.ask', '*.load'],
    ...['useKind', 'matchMedia', '*.postMessage', '*.createElement', '*.getContext'],
  ],
};

const INSIDE_TRANS = 'JSXElement[openingElement.name.name=/^(Trans|Plural)$/]';
/** Attributes of the browser's own elements that the rule above does not look at. */
const TITLE = 'JSXAttribute[name.name=/^(title|abbr|aria-valuetext|aria-description)$/]';
/** Attributes that a person reads, of elements and of the page's components. */
const READ = 'label|hint|name|about|title|placeholder|aria-label|alt|words|sure|empty|unit';
const EITHER = ':matches(Literal, ConditionalExpression > Literal, LogicalExpression > Literal)';
/** What that rule lets pass because it is one small word, or a title, and yet is read. */
const SMALL_WORDS = [
  `JSXText[value=/\\p{L}{2}/u]:not([value=/^\\s*(Sightline|OwnTracks|QoS|MQTT)\\s*$/]):not(${INSIDE_TRANS} JSXText):not(JSXElement[openingElement.name.name=/^code$/] > JSXText)`,
  'JSXElement > JSXExpressionContainer > :matches(ConditionalExpression, LogicalExpression) > TemplateLiteral:has(> TemplateElement[value.raw=/(^|\\s)\\p{Ll}{3,}/u])',
  'JSXElement > JSXExpressionContainer > :matches(ConditionalExpression, LogicalExpression) > Literal[value=/^[a-z]/]',
  'JSXAttribute[name.name=/^(title|label|placeholder|alt|hint|words|about|aria-label|aria-valuetext)$/] > Literal[value=/^[a-z]/]',
  // A literal handed to a component: the names of things of the page are small and one word.
  `JSXAttribute[name.name=/^(${READ})$/] > Literal[value=/\\p{Lu}|\\p{L}.*\\s/u]:not([value=/^(Sightline|OwnTracks|QoS|MQTT)$/])`,
  `JSXAttribute[name.name=/^(${READ})$/] > JSXExpressionContainer > ${EITHER}[value=/\\p{Lu}|\\p{L}.*\\s/u]`,
  `JSXAttribute[name.name=/^(${READ})$/] > JSXExpressionContainer > TemplateLiteral:has(TemplateElement[value.raw=/\\p{L}.*\\s|\\s\\p{L}{2}/u])`,
  `${TITLE} Literal[value=/\\p{L}.*\\s|^\\p{Lu}/u]:not(CallExpression Literal):not(TaggedTemplateExpression Literal)`,
  `${TITLE} TemplateLiteral:has(TemplateElement[value.raw=/^(?!\\$SYS).*\\p{L}{2}/u]):not(TaggedTemplateExpression > TemplateLiteral)`,
].map((selector) => ({ selector, message: 'Words go through the catalogue: docs/languages.md.' }));

export default tseslint.config(
  { ignores: ['dist', 'public', 'node_modules'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    rules: {
      // `type` reads better for unions of frames, `interface` for records: both are right here.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text from outside goes through JSX or textContent.' },
        { property: 'outerHTML', message: 'Text from outside goes through JSX or textContent.' },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'event', message: 'Take the event as an argument.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: ['src/generated.ts', 'src/words/pseudo.ts', ...NOT_YET_IN_THE_CATALOGUE],
    plugins: { lingui },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'lingui/no-unlocalized-strings': ['error', NOT_WORDS],
      'no-restricted-syntax': ['error', ...SMALL_WORDS],
      'lingui/t-call-in-function': 'error',
      'lingui/no-single-variables-to-translate': 'error',
      'lingui/no-expression-in-message': 'off',
    },
  },
);
