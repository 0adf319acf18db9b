import tseslint from 'typescript-eslint';

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
);
