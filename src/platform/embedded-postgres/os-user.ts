import { execFileSync } from 'node:child_process'
import { realpathSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { HubError } from '../errors.ts'

export interface OsUser {
  uid: number
  gid: number
}

const userName = 'postgres'

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The user that root runs the server as, since PostgreSQL refuses to be root; made when missing. */
export function findOrMakeServerUser(): OsUser {
  const found = findUser()
  if (found !== undefined) return found
  makeUser()
  const made = findUser()
  if (made !== undefined) return made
  throw new HubError(
    'no_server_user',
    `PostgreSQL does not run as root, and the user ${userName} could not be made.`,
    {
      advice: `Make a user named ${userName}, start as an ordinary user, or name a database of your own in DATABASE_URL.`,
    },
  )
}

function findUser(): OsUser | undefined {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, userName], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

/** By the tools of most systems, or else by BusyBox's (Alpine). */
function makeUser(): void {
  const withShadow = (): void => {
    if (!succeeds('getent', ['group', userName])) succeeds('groupadd', ['--system', userName])
    const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin']
    succeeds('useradd', ['--system', '--gid', userName, ...home, userName])
  }
  withShadow()
  if (findUser() !== undefined) return
  succeeds('addgroup', ['-S', userName])
  succeeds('adduser', ['-S', '-D', '-H', '-G', userName, userName])
}

function succeeds(file: string, args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Whether every folder on the way, and the last one itself, may be entered by the user. Access lists are not looked at. */
export function mayEnter(folder: string, user: OsUser): boolean {
  let here = realpathSync(folder)
  for (;;) {
    if (!allows(statSync(here), user, 0o1)) return false
    if (here === dirname(here)) return true
    here = dirname(here)
  }
}

export function mayRead(file: string, user: OsUser): boolean {
  return allows(statSync(file), user, 0o4)
}

/** `bit` as in the last digit of a mode: 4 to read, 1 to enter or run. */
function allows(stats: Stats, user: OsUser, bit: number): boolean {
  if (stats.uid === user.uid) return (stats.mode & (bit << 6)) !== 0
  if (stats.gid === user.gid) return (stats.mode & (bit << 3)) !== 0
  return (stats.mode & bit) !== 0
}
