import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endProcess } from '../../bench/support/processes.ts'
import { startTap, type Tap } from '../support/balancer.ts'
import { startHubProcesses, type HubProcesses } from '../support/hub-processes.ts'
import { hasRedis, until } from '../support/own-servers.ts'

// Enough that a worker that comes after a fourth of them still finds something to do.
const people = 1_200
const perSecond = 80

test.skipIf(!hasRedis())(
  'as two web, three worker and two scheduler processes: a deploy, a crash and a new worker in the middle of a campaign',
  async () => {
    await using hub = await startHubProcesses()
    await hub.start(['web'])
    const [leaving, dying, staying] = [await startWorker(hub), await startWorker(hub), await startWorker(hub)]
    const schedulers = await startSchedulers(hub)
    const isKnown = async (): Promise<boolean> => (await hub.count(`import_runs where state = 'done'`)) === 1
    await until('the shop is known', isKnown, 60_000)
    const [sku = '', asked = ''] = await simpleProducts(hub)
    const phones = await hub.interest(sku, people)
    const told = async (): Promise<number> => (await hub.templates()).length
    const isTold = (share: number) => async (): Promise<boolean> => (await told()) > people * share

    await hub.control('/traffic/forget', {})
    await hub.restock(sku)
    await until('the campaign is under way', isTold(0.1), 90_000)

    const [asker = ''] = phones
    await hub.control(`/people/${asker}/asks-about`, { product: asked })
    await until('who asks is answered', () => isAnswered(hub, asker), 10_000)

    await until('a fourth is told', isTold(0.25), 30_000)
    const stopsMs = await stopGently(leaving.child)
    const held = await hub.db.query<{ id: number }>(`select id from messages where state = 'sending'`)
    const isLetGo = async (): Promise<boolean> =>
      (await hub.count(`messages where state = 'sending' and id in (${ids(held)})`)) === 0
    // Its leases are far from over: what it had begun it has ended or handed back itself.
    await until('what the leaving worker held is let go', isLetGo, 5_000)
    expect(await hub.count('messages where uncertain_at is not null')).toBe(0)

    const joining = await startWorker(hub)
    await until('half are told', isTold(0.5), 30_000)
    expect(await told(), 'some are still to be told').toBeLessThan(people)
    await endProcess(dying.child, 'SIGKILL')
    await until('all that can be sent is sent', async () => (await waiting(hub)) === 0, 60_000)
    await until('what the dead worker held is found', async () => (await begun(hub)) === 0, 60_000)
    const uncertain = await hub.count(`messages where state = 'uncertain'`)
    // The grace time need not be waited for here.
    await hub.db.execute(`update messages set uncertain_at = uncertain_at - interval '1 minute'`)
    await until('every message has its end', async () => (await countOpen(hub)) === 0, 30_000)

    const reached = (await hub.templates()).map(({ address }) => address)
    const known = await hub.count(
      `messages where purpose = 'campaign' and state in ('accepted', 'sent', 'delivered', 'read')`,
    )
    const unknown = await hub.count(`messages where purpose = 'campaign' and state = 'outcome_unknown'`)
    const traffic = await hub.control<Traffic>('/traffic')
    const sends = [leaving, dying, staying, joining].map(({ tap }) => tap.requests(/\/messages /))
    process.stdout.write(
      `roles: ${JSON.stringify({ stopsMs, uncertain, known, unknown, sends, worstSecond: traffic.worstSecond, perSecond: traffic.perSecond })}\n`,
    )
    expect(new Set(reached).size, 'nobody is told twice').toBe(reached.length)
    expect(known).toBe(reached.length)
    expect(known + unknown).toBe(people)
    expect(unknown).toBeLessThan(people / 20)
    // Three workers and a fourth, and one pace over all of them: each with its own would come to four times as much. Not to the last
    // message, which `npm run bench -- pacing` looks at where requests begin: on a busy machine some meet on the way here.
    expect(traffic.worstSecond).toBeLessThanOrEqual(perSecond * 1.1)
    expect(Object.keys(traffic.refused).filter((code) => code !== '130429')).toEqual([])
    expect(traffic.refused['130429'] ?? 0).toBeLessThanOrEqual(perSecond / 10)
    expect(sends[3], 'the new worker gets its share').toBeGreaterThan(people / 20)
    await expectTicksOnce(hub, schedulers)
    for (const { tap } of [leaving, dying, staying, joining]) await tap[Symbol.asyncDispose]()
    for (const tap of schedulers) await tap[Symbol.asyncDispose]()
  },
)

interface Traffic {
  worstSecond: number
  perSecond: number
  refused: Record<string, number>
}

async function startWorker(hub: HubProcesses): Promise<{ child: ChildProcess; tap: Tap }> {
  const tap = await startTap(hub.graphUrl)
  return { child: await hub.start(['worker'], { WHATSAPP_GRAPH_URL: tap.url }), tap }
}

/** Both at once, so that they meet at every tick. */
async function startSchedulers(hub: HubProcesses): Promise<Tap[]> {
  const taps = [await startTap(hub.graphUrl), await startTap(hub.graphUrl)]
  await Promise.all(taps.map((tap) => hub.start(['scheduler'], { WHATSAPP_GRAPH_URL: tap.url })))
  return taps
}

async function simpleProducts(hub: HubProcesses): Promise<string[]> {
  const products = await hub.control<{ sku: string; type: string; status: string }[]>('/products')
  return products
    .filter(({ type, status }) => type === 'simple' && status === 'publish')
    .map(({ sku }) => sku)
}

async function isAnswered(hub: HubProcesses, phone: string): Promise<boolean> {
  const inbox = await hub.control<{ direction: string; type: string }[]>(`/people/${phone}/inbox`)
  return inbox.some(({ direction, type }) => direction === 'to_person' && type !== 'template')
}

/** As an orchestrator does on a deploy, which kills after 30 s. Returns how long it took. */
async function stopGently(child: ChildProcess): Promise<number> {
  const beganMs = performance.now()
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  const tookMs = Math.round(performance.now() - beganMs)
  expect(tookMs).toBeLessThan(25_000)
  return tookMs
}

function ids(rows: readonly { id: number }[]): string {
  return rows.length === 0 ? '0' : rows.map(({ id }) => id).join()
}

function waiting(hub: HubProcesses): Promise<number> {
  return hub.count(`messages where state = 'waiting'`)
}

function begun(hub: HubProcesses): Promise<number> {
  return hub.count(`messages where state = 'sending'`)
}

function countOpen(hub: HubProcesses): Promise<number> {
  return hub.count(
    `(select id from messages where state in ('waiting', 'sending', 'uncertain')
      union all select id from reengagement_log where state in ('waiting', 'reserved', 'uncertain')) open`,
  )
}

/** The hourly look at the templates asks WhatsApp: each tick of it once, by one of the two. */
async function expectTicksOnce(hub: HubProcesses, schedulers: readonly Tap[]): Promise<void> {
  const ticks = await hub.count(
    `ticks where job = 'sync-templates' and finished_at is not null and error is null`,
  )
  const looks = schedulers.reduce(
    (sum, tap) => sum + tap.requests(/GET \S+\/message_templates\?(?!\S*after=)/),
    0,
  )
  expect(ticks).toBeGreaterThan(0)
  expect(looks).toBe(ticks)
}
