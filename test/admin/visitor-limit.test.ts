import { expect, test } from 'vitest'
import { bareShop } from '../support/bare-shop.ts'
import { createHub, type TestHub } from '../support/hub.ts'

const hubBehind = (trustedProxies?: number): Promise<TestHub> =>
  createHub({
    now: '2026-03-10T12:00:00Z',
    connection: bareShop,
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
  })

/** What a page in a visitor's browser asks, as it arrives with this chain of addresses. Without a token it is 401, and counted. */
async function ask(hub: TestHub, forwardedFor: string): Promise<number> {
  const response = await fetch(`${hub.url}/v1/views`, {
    method: 'POST',
    headers: { 'x-forwarded-for': forwardedFor },
  })
  await response.text()
  return response.status
}

async function useUp(hub: TestHub, forwardedForOf: (nth: number) => string): Promise<void> {
  for (let nth = 1; nth <= 120; nth++) expect(await ask(hub, forwardedForOf(nth))).toBe(401)
}

test('without a proxy of ours, a made-up address makes no new visitor', async () => {
  await using hub = await hubBehind()
  await useUp(hub, (nth) => `198.51.100.${nth}`)
  expect(await ask(hub, '203.0.113.9')).toBe(429)
})

test('behind one proxy each visitor has a minute of their own, whatever else they say', async () => {
  await using hub = await hubBehind(1)
  await useUp(hub, (nth) => `198.51.100.${nth}, 203.0.113.7`)
  expect(await ask(hub, '198.51.100.250, 203.0.113.7')).toBe(429)
  expect(await ask(hub, '203.0.113.7')).toBe(429)
  expect(await ask(hub, '203.0.113.8')).toBe(401)
})
