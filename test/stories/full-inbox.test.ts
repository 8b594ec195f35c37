import { expect, test } from 'vitest'
import { startSending, stopSending } from '../../src/shops/kill-switch.ts'
import { createWorld, type World } from '../support/world.ts'

test('a STOP that stands in line unread goes before the campaign message that was due meanwhile', async () => {
  await using world = await createWorld()
  await world.product('MUG', 0)
  const [rui, eva] = [await world.person('Rui'), await world.person('Eva')]
  for (const phone of [rui, eva]) await world.looksAt(phone, 'MUG')
  await world.pass(30)
  const { db, shop, clock, app, sandbox } = world
  const by = { name: 'test', now: clock.now() }
  await db.transaction((tx) => stopSending(tx, shop.id, by))
  await world.restock('MUG', 5)

  await whileSplittingIsHeldUp(world, async () => {
    sandbox.whatsapp.writes(rui, 'STOP')
    await sandbox.settle()
    clock.advance(6_000)
    await db.transaction((tx) => startSending(tx, shop.id, { ...by, now: clock.now() }))
    await app.lanes.drain()
    expect([...world.templatesTo(rui), ...world.templatesTo(eva)]).toEqual([])
  })
  await world.settle()
  expect(world.templatesTo(rui)).toEqual([])
  expect(world.templatesTo(eva)).toHaveLength(1)
  expect(await world.log()).toContainEqual({ name: 'Rui', state: 'suppressed', reason: 'opted_out' })
})

/** As if somebody were at it and could not get on (intake/delivery-store.ts). */
async function whileSplittingIsHeldUp({ db }: World, work: () => Promise<void>): Promise<void> {
  const client = await db.pool.connect()
  await client.query('begin; select pg_advisory_xact_lock(731001, 0)')
  try {
    await work()
  } finally {
    await client.query('rollback')
    client.release()
  }
}
