import { isValidPhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { expect, test } from 'vitest'
import { canonicalPhone, canonicalWaId } from '../../src/people/canonical-phone.ts'
import { createSeededRandom } from '../../src/platform/random.ts'
import { createWorld, start } from './sandbox-world.ts'

test('the seeded shop has an assortment of every kind', async () => {
  await using world = await createWorld({ seed: 'shop' })
  const all = world.sandbox.shop.products()
  const sold = all.filter(({ type }) => type !== 'variation')
  expect(sold.length).toBeGreaterThanOrEqual(40)
  expect(new Set(all.map(({ sku }) => sku)).size).toBe(all.length)
  const kinds = {
    simple: sold.filter(({ type }) => type === 'simple'),
    ownSizes: all.filter(({ type, manageStock }) => type === 'variation' && manageStock),
    parentCounts: sold.filter(({ type, manageStock }) => type === 'variable' && manageStock),
    soldOut: all.filter(({ stockStatus }) => stockStatus === 'outofstock'),
    onSale: all.filter(({ salePrice }) => salePrice !== ''),
    drafts: all.filter(({ status }) => status === 'draft'),
    uncounted: sold.filter(({ type, manageStock }) => type === 'simple' && !manageStock),
  }
  for (const [kind, products] of Object.entries(kinds)) expect(products.length, kind).toBeGreaterThan(0)
  // A change in the first second after the start is newer than what was seeded.
  expect(all.every(({ modifiedMs }) => modifiedMs < start.getTime() - 60_000)).toBe(true)
})

test('its 200 customers have valid numbers in ten countries, and WhatsApp on each', async () => {
  await using world = await createWorld({ seed: 'shop' })
  const { shop, whatsapp } = world.sandbox
  const people = whatsapp.people()
  expect(people).toHaveLength(200)
  expect(shop.customers()).toHaveLength(200)
  const invalid = people.filter(({ phone }) => !isValidPhoneNumber(phone))
  expect(invalid).toEqual([])
  for (const { phone, waId, bsuid } of people) {
    expect(bsuid.slice(0, 2)).toBe(parsePhoneNumberFromString(phone)?.country)
    expect(canonicalWaId(waId)).toBe(phone)
  }
  const phones = new Set(people.map(({ phone }) => phone))
  expect(phones.size).toBe(200)
  expect(
    shop
      .customers()
      .every(({ billing }) => phones.has(canonicalPhone(billing.phone, billing.country)?.e164 ?? '')),
  ).toBe(true)
  expect(new Set(people.map(({ bsuid }) => bsuid.slice(0, 2))).size).toBe(10)
  expect(people.filter(({ phone, waId }) => phone !== `+${waId}`).length).toBeGreaterThan(10)
})

test('some hundred past orders belong to it, none of the last three days', async () => {
  await using world = await createWorld({ seed: 'shop' })
  const orders = world.sandbox.shop.orders()
  expect(orders.length).toBeGreaterThan(200)
  const youngest = Math.max(...orders.map(({ createdMs }) => createdMs))
  expect(start.getTime() - youngest).toBeGreaterThanOrEqual(3 * 86_400_000)
  expect(orders.filter(({ customerId }) => customerId === 0).length).toBeGreaterThan(0)
})

test('it is the same for every start, and nothing is sent while it is filled', async () => {
  await using one = await createWorld({ seed: 'shop' })
  await using other = await createWorld({ seed: 'shop', random: createSeededRandom(99) })
  expect(other.sandbox.whatsapp.people()).toEqual(one.sandbox.whatsapp.people())
  expect(other.sandbox.shop.products()).toEqual(one.sandbox.shop.products())
  expect(other.sandbox.shop.orders()).toEqual(one.sandbox.shop.orders())
  await one.sandbox.settle()
  expect(one.receiver.received).toEqual([])
})

test('its pictures are pictures, and its pages lead to its products', async () => {
  await using world = await createWorld({ seed: 'shop' })
  const { body } = await world.woo('GET', 'products?sku=COF-SIDAMA')
  const picture = await fetch(body[0].images[0].src as string)
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(
    Buffer.from(await picture.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  const page = await fetch(body[0].permalink as string)
  expect(await page.text()).toContain('Ethiopia Sidama Bombe')
  expect((await fetch(`${world.sandbox.storeUrl}/product/no-such/`)).status).toBe(404)
})
