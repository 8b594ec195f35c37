import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { monotonicMs } from '../clock.ts'
import { HubError } from '../errors.ts'

// Two advisory locks in the embedded database, held on one connection for as long as a process uses it; whatever ends the
// process ends the connection, and with it the locks. `app` is exclusive: one app per data folder. `users` is shared by the app
// and by all commands beside it: whoever leaves last, and so gets it exclusively, stops the server.
const space = 0x68_75_62
const appLock = 1
const usersLock = 2

export async function joinUsers(client: pg.Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared($1, $2)', [space, usersLock])
}

/** True when nobody else is left; the lock then keeps newcomers waiting until the server is down, and they start it again. */
export async function leaveUsersAsLast(client: pg.Client): Promise<boolean> {
  await client.query('SELECT pg_advisory_unlock_shared($1, $2)', [space, usersLock])
  return tryLock(client, usersLock)
}

/** Throws HubError `already_running` when another app keeps the lock. */
export async function takeAppLock(client: pg.Client, dataDir: string, waitMs: number): Promise<void> {
  const deadline = monotonicMs() + waitMs
  // The server may need a moment to see that a killed holder's connection has ended.
  while (!(await tryLock(client, appLock))) {
    if (monotonicMs() > deadline) throw await alreadyRunning(client, dataDir)
    await delay(100)
  }
}

async function tryLock(client: pg.Client, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
    space,
    lock,
  ])
  return rows[0]?.taken === true
}

async function alreadyRunning(client: pg.Client, dataDir: string): Promise<HubError> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.classid = $1 AND l.objid = $2 AND l.granted`,
    [space, appLock],
  )
  const holder = rows[0] === undefined ? '' : ` (${rows[0].name})`
  return new HubError('already_running', `Another hub${holder} is running on the data in ${dataDir}.`, {
    advice: 'Stop it first, or give this one a DATA_DIR and a PORT of its own.',
  })
}
