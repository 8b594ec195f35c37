import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHubProcesses, type HubProcesses } from '../support/hub-processes.ts'
import { hasRedis, until } from '../support/own-servers.ts'

const people = 300

describe.skipIf(!hasRedis())('in the middle of a campaign', () => {
  let hub: HubProcesses
  let skus: string[] = []
  let asked = ''
  beforeAll(async () => {
    hub = await startHubProcesses()
    await hub.start(['worker'])
    await hub.start(['scheduler'])
    await until(
      'the shop is known',
      async () => (await hub.count(`import_runs where state = 'done'`)) === 1,
      60_000,
    )
    const products = await hub.control<{ sku: string; type: string; status: string }[]>('/products')
    skus = products
      .filter(({ type, status }) => type === 'simple' && status === 'publish')
      .map(({ sku }) => sku)
    asked = skus.pop() ?? ''
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  test.each<[string, () => Promise<void>]>([
    [
      'Redis dies with all it holds, and is flushed when it is back',
      async () => {
        expect(await hub.redis.size()).toBeGreaterThan(0)
        await hub.redis.kill()
        await hub.redis.start()
        await hub.redis.flush()
      },
    ],
    [
      'PostgreSQL is restarted',
      async () => {
        await hub.postgres.stop('fast')
        await hub.postgres.start()
      },
    ],
    [
      'PostgreSQL dies and comes back',
      async () => {
        await hub.postgres.stop('immediate')
        await hub.postgres.start()
      },
    ],
  ])('%s: nothing is lost, nobody is told twice, and it goes on by itself', async (about, happen) => {
    const sku = skus.shift() ?? ''
    const phones = await hub.interest(sku, people)
    const askers = phones.slice(0, 5)
    const told = async (): Promise<string[]> => {
      const templates = await hub.templates()
      return templates.map(({ address }) => address).filter((address) => phones.includes(plus(address)))
    }
    await hub.restock(sku)
    await until('the campaign is under way', async () => (await told()).length > people / 5, 90_000)
    expect((await told()).length, 'some are still to be told').toBeLessThan(people)
    const began = performance.now()
    await happen()
    for (const phone of askers) await hub.control(`/people/${phone}/asks-about`, { product: asked })
    await until('everybody who asked is answered', () => areAnswered(hub, askers), 60_000)
    const answeredMs = Math.round(performance.now() - began)
    await until('every message has its end', async () => (await countOpen(hub)) === 0, 150_000)
    const endedMs = Math.round(performance.now() - began)

    const reached = await told()
    expect(new Set(reached).size, 'nobody is told twice').toBe(reached.length)
    const states = await statesOf(hub, phones)
    process.stdout.write(
      `${about}: answered after ${answeredMs} ms, all ended after ${endedMs} ms: ${JSON.stringify(states)}\n`,
    )
    // What WhatsApp took is known here; unknown is at most what never went.
    expect(states.known).toBe(reached.length)
    expect(states.known + states.unknown).toBe(people)
    expect(states.unknown).toBeLessThan(people / 10)
  })
})

function plus(address: string): string {
  return address.startsWith('+') ? address : `+${address}`
}

async function areAnswered(hub: HubProcesses, phones: readonly string[]): Promise<boolean> {
  for (const phone of phones) {
    const inbox = await hub.control<{ direction: string; type: string }[]>(`/people/${phone}/inbox`)
    if (!inbox.some(({ direction, type }) => direction === 'to_person' && type !== 'template')) return false
  }
  return true
}

function countOpen(hub: HubProcesses): Promise<number> {
  return hub.count(
    `(select id from messages where state in ('waiting', 'sending', 'uncertain')
      union all select id from inbox_events where state in ('waiting', 'retry')
      union all select id from reengagement_log where state in ('waiting', 'reserved', 'uncertain')) open`,
  )
}

async function statesOf(
  hub: HubProcesses,
  phones: readonly string[],
): Promise<{ known: number; unknown: number }> {
  const [row] = await hub.db.query<{ known: number; unknown: number }>(
    `select count(*) filter (where m.state in ('accepted', 'sent', 'delivered', 'read'))::int as known,
       count(*) filter (where m.state = 'outcome_unknown')::int as unknown
     from messages m join person_identities i on i.person_id = m.person_id and i.kind = 'wa_id'
     where m.purpose = 'campaign' and i.value = any($1)`,
    [phones],
  )
  return row ?? { known: 0, unknown: 0 }
}
