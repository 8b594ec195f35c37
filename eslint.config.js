import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

// Time, chance and the environment are each read in one file; everybody else is given them.
const givenNotTaken = {
  clock: [
    {
      selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
      message: 'The time of day is read in src/platform/clock.ts only: take `now` as a parameter.',
    },
    {
      selector: 'CallExpression[callee.name="Date"]',
      message: 'The time of day is read in src/platform/clock.ts only: take `now` as a parameter.',
    },
    {
      selector: 'MemberExpression[object.name="Date"][property.name="now"]',
      message: 'The time of day is read in src/platform/clock.ts only: take `now` as a parameter.',
    },
    {
      selector:
        'CallExpression[callee.object.name="DateTime"][callee.property.name=/^(now|local|utc)$/][arguments.length=0]',
      message:
        'The time of day is read in src/platform/clock.ts only: make a DateTime from the `now` you are given.',
    },
    {
      selector: 'MemberExpression[object.name="performance"][property.name="now"]',
      message: 'Durations are measured with monotonicMs() of src/platform/clock.ts.',
    },
  ],
  random: [
    {
      selector: 'MemberExpression[object.name="Math"][property.name="random"]',
      message: 'Chance comes from src/platform/random.ts: take `random` as a dependency.',
    },
  ],
  // Nonces of the secrets box and ids of Prisma's own rows: platform may make them itself.
  cryptoRandom: [
    {
      selector: 'ImportDeclaration[source.value=/^(node:)?crypto$/] ImportSpecifier[imported.name=/^random/]',
      message: 'Chance comes from src/platform/random.ts: take `random` as a dependency.',
    },
  ],
  environment: [
    {
      selector: 'MemberExpression[object.name="process"][property.name="env"]',
      message: 'The environment is read in src/platform/environment.ts only: take what you need from Config.',
    },
    {
      selector: 'ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name="env"]',
      message: 'The environment is read in src/platform/environment.ts only: take what you need from Config.',
    },
  ],
}

const allBut = (...owned) => ({
  'no-restricted-syntax': [
    'error',
    ...Object.entries(givenNotTaken).flatMap(([name, rules]) => (owned.includes(name) ? [] : rules)),
  ],
})

export default defineConfig(
  globalIgnores([
    'node_modules/',
    'generated/',
    'dist/',
    'coverage/',
    'data/',
    '**/*.js',
    '**/*.mjs',
    '**/*.cjs',
  ]),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'max-params': ['error', { max: 4 }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: false, allowNullish: false },
      ],
      // A callback that only does something may be written in one line.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Interfaces are met by functions that happen not to wait for anything.
      '@typescript-eslint/require-await': 'off',
      // `Result<void>` reads as what it is.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Type parameters that only say what comes back (sql.query<Row>) are this project's way of typing rows.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  { files: ['src/**/*.ts'], rules: allBut() },
  { files: ['src/platform/**/*.ts'], rules: allBut('cryptoRandom') },
  { files: ['src/platform/clock.ts'], rules: allBut('cryptoRandom', 'clock') },
  { files: ['src/platform/random.ts'], rules: allBut('cryptoRandom', 'random') },
  { files: ['src/platform/environment.ts'], rules: allBut('cryptoRandom', 'environment') },
  // A statement of SQL is one thought, and long.
  {
    files: ['src/**/*-store.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }] },
  },
  // What Prisma answers is best said by Prisma.
  {
    files: ['src/admin/api/*-store.ts', 'src/admin/api/paging.ts', 'src/admin/api/fields.ts'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  // The programs of this package talk to the person who typed their name.
  {
    files: ['src/cli/**/*.ts', 'src/main.ts', 'bench/**/*.ts', 'test/support/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  // A test is one story: it may be long, and may say what it knows.
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-params': 'off',
      'max-lines': ['error', { max: 600 }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  // vitest and prisma look for a default export.
  { files: ['*.config.ts', 'test/support/global-setup.ts'], rules: { 'no-restricted-exports': 'off' } },
)
