import { expect, test } from 'vitest'
import { callApi, type ApiAnswer } from '../admin/api-call.ts'
import { bareShop } from '../support/bare-shop.ts'
import { createHub } from '../support/hub.ts'

test('a shop whose WhatsApp is not connected yet is told so, and its hourly work fails at nothing', async () => {
  await using hub = await createHub({ now: '2026-03-10T12:00:00Z', connection: bareShop })
  const call = (method: string, path: string, body?: unknown): Promise<ApiAnswer> =>
    callApi(hub, method, path, body)
  for (const path of ['/v1/templates/sync', '/v1/templates/create'])
    expect(await call('POST', path, {})).toMatchObject({
      status: 409,
      body: { code: 'number_missing', detail: expect.stringContaining('WHATSAPP_PHONE_NUMBER_ID') },
    })
  expect(await call('GET', '/v1/templates')).toMatchObject({ status: 200, body: { items: [] } })
  expect(await call('GET', '/v1/numbers')).toMatchObject({ status: 200, body: { items: [] } })
  expect(await call('POST', '/v1/numbers/1/start')).toMatchObject({
    status: 404,
    body: { code: 'number_unknown' },
  })
  const jobs = ['sync-templates', 'check-numbers']
  await hub.app.schedule.beat(jobs)
  hub.clock.advance(3_600_000)
  await hub.app.schedule.beat(jobs)
  const ticks = await hub.db.query<{ job: string; error: string | null }>(`select job, error from ticks`)
  expect(new Set(ticks.map(({ job }) => job))).toEqual(new Set(jobs))
  expect(ticks.filter(({ error }) => error !== null)).toEqual([])
})
