import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync,
  readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs' // prettier-ignore
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { HubError } from '../errors.ts'
import { prepareNativeFiles, type NativeFiles } from './native-files.ts'
import { findOrMakeServerUser, isRoot, mayEnter, type OsUser } from './os-user.ts'

/** Where the embedded server and its data are, and as whom it runs. */
export interface Place {
  /** Undefined: as whoever runs this process. */
  user: OsUser | undefined
  native: NativeFiles
  /** What the server owns: data, log and, as a rule, the socket. */
  folder: string
  dataFolder: string
  socketFolder: string
  logFile: string
}

/** Where root keeps what the server's user could not reach in its usual place. */
const stagingFolderOfRoot = '/var/lib/whatsapp-commerce-hub'

// A socket's path has to fit into sockaddr_un: 108 bytes on Linux, 104 on macOS, with a zero at the end.
const longestSocketPath = 103

/**
 * As a rule everything is in DATA_DIR/postgres. Started by root, the server runs as a user of its own; where that user cannot
 * enter DATA_DIR (a checkout below /root), the folder is kept below /var/lib, and a file in DATA_DIR says where.
 */
export function preparePlace(givenDataDir: string): Place {
  // The server has a working folder of its own, so no name may hang on this process's.
  const dataDir = resolve(givenDataDir)
  mkdirSync(dataDir, { recursive: true })
  const pointer = join(dataDir, 'postgres-is-kept-in')
  const known = readPointer(pointer)
  const usual = join(dataDir, 'postgres')
  const user = isRoot() ? (ownerOf(known ?? usual) ?? findOrMakeServerUser()) : undefined
  const folder =
    known ?? (user === undefined || mayEnter(dataDir, user) ? usual : stageData(dataDir, usual, pointer))
  refuseForeignData(folder, user)
  makeOwnFolder(folder, user)
  return {
    user,
    native: prepareNativeFiles(user, () => (user === undefined ? folder : openFolder(stagingFolderOfRoot))),
    folder,
    dataFolder: join(folder, 'data'),
    socketFolder: chooseSocketFolder(folder, user),
    logFile: join(folder, 'postgres.log'),
  }
}

function readPointer(pointer: string): string | undefined {
  if (!existsSync(pointer)) return undefined
  const folder = readFileSync(pointer, 'utf8').trim()
  if (existsSync(folder)) return folder
  throw new HubError('data_gone', `The database was kept in ${folder}, and that folder is gone.`, {
    advice: `Restore it, or delete the file ${pointer} to begin with an empty database.`,
  })
}

/** Data that an ordinary user made stay that user's, also when root starts the app on them. */
function ownerOf(folder: string): OsUser | undefined {
  if (!existsSync(folder)) return undefined
  const { uid, gid } = statSync(folder)
  return uid === 0 ? undefined : { uid, gid }
}

/** Named by chance and not by the path alone: a DATA_DIR that is deleted and made again begins with an empty database. */
function stageData(dataDir: string, usual: string, pointer: string): string {
  const path = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const folder = join(openFolder(stagingFolderOfRoot), `${path}-${randomBytes(4).toString('hex')}`)
  if (existsSync(usual)) move(usual, folder)
  writeFileSync(pointer, `${folder}\n`)
  return folder
}

/** It was reachable when it was made, and no longer is. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Onto another file system: copies belong to whoever makes them, which is root here.
    const { uid, gid } = statSync(from)
    cpSync(from, to, { recursive: true, preserveTimestamps: true })
    for (const path of [
      to,
      ...readdirSync(to, { recursive: true, encoding: 'utf8' }).map((name) => join(to, name)),
    ])
      chownSync(path, uid, gid)
    rmSync(from, { recursive: true })
  }
}

function refuseForeignData(folder: string, user: OsUser | undefined): void {
  if (user !== undefined || !existsSync(folder) || statSync(folder).uid === process.getuid?.()) return
  throw new HubError(
    'data_of_another_user',
    `The database in ${folder} belongs to another user of this machine.`,
    {
      advice: 'Start the app as that user or as root, or name another folder in DATA_DIR.',
    },
  )
}

function makeOwnFolder(folder: string, user: OsUser | undefined): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
}

function openFolder(folder: string): string {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  return folder
}

function chooseSocketFolder(folder: string, user: OsUser | undefined): string {
  const usual = join(folder, 'socket')
  return fits(usual) ? usual : shortFolder(folder, user)
}

/** Before each start of the server: what lies in a folder for temporary files may have been cleared away. */
export function makeSocketFolder(place: Place): void {
  makeOwnFolder(place.socketFolder, place.user)
}

export function removeSocketFolder(place: Place): void {
  rmSync(place.socketFolder, { recursive: true, force: true })
}

/** The same one at each start, unless somebody else of this machine has made a folder of that name first. */
function shortFolder(folder: string, user: OsUser | undefined): string {
  const root = [tmpdir(), '/tmp'].find((path) => fits(join(path, 'hub-0123456789ab'))) ?? '/tmp'
  const path = join(root, `hub-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`)
  const found = lstatSync(path, { throwIfNoEntry: false })
  const isOurs = found?.isDirectory() === true && found.uid === (user?.uid ?? process.getuid?.())
  return found === undefined || isOurs ? path : mkdtempSync(join(root, 'hub-'))
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, '.s.PGSQL.5432.lock')) <= longestSocketPath
}
