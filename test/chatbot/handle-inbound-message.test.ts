import { describe, expect, test } from 'vitest'
import { listOpenAlerts } from '../../src/people/alerts.ts'
import { insertProduct, someMonday } from '../support/rows.ts'
import { after, createChatWorld, day, hour, minute, type ChatWorld } from './chat-world.ts'

const soldOut = { quantity: 0, isInStock: false }

const product = (world: ChatWorld, wcId: number, seed: object = {}) =>
  insertProduct(world.db, world.shopId, someMonday, { wcId, ...seed })

async function openAlerts(world: ChatWorld, now = someMonday) {
  return listOpenAlerts(world.db, (await world.person()).id, now)
}

const consentLog = (world: ChatWorld) =>
  world.db.query<{ state: string }>('select purpose, state, how, wording, proof from consent_log order by id')

const setConsentField = (world: ChatWorld, consent: string) =>
  world.db.execute('update people set consent = $1, consent_at = $2', [consent, someMonday])

test('a message is kept, once, and opens the 24-hour window', async () => {
  await using world = await createChatWorld()
  expect(await world.says('oi', { wamid: 'wamid.a', at: after(hour) })).toEqual({ kind: 'done' })
  expect(await world.says('oi', { wamid: 'wamid.a', at: after(hour) })).toEqual({
    kind: 'ignored',
    reason: 'duplicate',
  })

  expect(await world.db.query('select wamid, type, body, context_wamid, at from inbound_messages')).toEqual([
    { wamid: 'wamid.a', type: 'text', body: 'oi', contextWamid: null, at: after(hour) },
  ])
  expect(await world.person()).toMatchObject({
    firstName: 'Ana',
    consent: 'unknown',
    lastInboundAt: after(hour),
  })
  expect(await world.replies()).toEqual([])
})

test('a message that comes late does not turn the window back', async () => {
  await using world = await createChatWorld()
  await world.says('second', { at: after(hour) })
  await world.says('first', { at: someMonday, receivedAt: after(2 * hour) })
  expect(await world.person()).toMatchObject({ lastInboundAt: after(hour) })
})

test('a message to a number that nobody connected is ignored', async () => {
  await using world = await createChatWorld()
  await world.db.execute(`update phone_numbers set meta_id = '999'`)
  expect(await world.says('STOP')).toEqual({ kind: 'ignored', reason: 'unknown_number' })
})

describe('consent', () => {
  test('STOP is confirmed once, in the language of the number', async () => {
    await using world = await createChatWorld()
    await world.says('STOP')
    await world.says('stop', { at: after(minute) })

    expect(await world.person()).toMatchObject({ consent: 'opted_out', consentAt: someMonday })
    expect(await world.replies()).toEqual([
      { kind: 'text', body: expect.stringContaining('não vai mais enviar') },
    ])
    expect(await consentLog(world)).toEqual([
      {
        purpose: 'marketing',
        state: 'opted_out',
        how: 'keyword',
        wording: 'STOP',
        proof: { wamid: 'wamid.1' },
      },
    ])
    expect(world.optOuts).toEqual(['opted_out'])
    expect(world.woken).toEqual(['outbox.send'])
  })

  test('STOP with signs that PostgreSQL refuses is still a stop', async () => {
    await using world = await createChatWorld()
    expect(await world.says('STOP\u0000\ud83d')).toEqual({ kind: 'done' })
    expect(await world.person()).toMatchObject({ consent: 'opted_out' })
  })

  test('START after STOP opts in again', async () => {
    await using world = await createChatWorld()
    await world.says('parar')
    await world.says('START', { at: after(hour) })
    expect(await world.person()).toMatchObject({ consent: 'opted_in', consentAt: after(hour) })
    expect((await world.replies()).map((reply) => reply.kind)).toEqual(['text', 'text'])
  })

  test('the opt-out button of a template opts out', async () => {
    await using world = await createChatWorld()
    await world.writes({ type: 'button', button: { payload: 'HUB_OPT_OUT', text: 'Não quero mais' } })
    expect(await world.person()).toMatchObject({ consent: 'opted_out' })
    expect(await consentLog(world)).toMatchObject([{ how: 'button' }])
  })

  test('a sentence that means stop pauses and asks; the answer decides', async () => {
    await using world = await createChatWorld()
    await world.says('hello')
    await setConsentField(world, 'opted_in')
    await world.says('Pare de me enviar mensagens', { at: after(minute) })

    expect(await world.person()).toMatchObject({ consent: 'opted_in', marketingPausedAt: after(minute) })
    expect(await world.replies()).toEqual([
      {
        kind: 'buttons',
        body: expect.stringContaining('pare de enviar'),
        buttons: [
          { id: 'HUB_OPT_OUT', title: 'Sim, parar' },
          { id: 'HUB_KEEP', title: 'Não, continuar' },
        ],
      },
    ])

    await world.taps('HUB_KEEP', 'Não, continuar', { at: after(2 * minute) })
    expect(await world.person()).toMatchObject({ consent: 'opted_in', marketingPausedAt: null })
    await world.says('please stop sending me this', { at: after(hour) })
    await world.taps('HUB_OPT_OUT', 'Sim, parar', { at: after(2 * hour) })
    expect(await world.person()).toMatchObject({ consent: 'opted_out', marketingPausedAt: null })
    expect(world.optOuts).toEqual(['paused', 'paused', 'opted_out'])
  })

  test('who has opted out already is not asked what they mean', async () => {
    await using world = await createChatWorld()
    await world.says('STOP')
    await world.says('I said stop sending me this', { at: after(minute) })
    expect(await world.replies()).toHaveLength(1)
  })

  test('a pending number is proven by writing to us', async () => {
    await using world = await createChatWorld()
    await world.says('hello')
    await setConsentField(world, 'pending')
    await world.says('is anybody there?', { at: after(minute) })
    expect(await world.person()).toMatchObject({ consent: 'opted_in', consentAt: after(minute) })
    expect(await consentLog(world)).toMatchObject([{ state: 'opted_in', how: 'wrote_to_us' }])
    expect(await world.replies()).toEqual([])
  })

  test.each([
    ['STOP', 'opted_out'],
    ['please stop sending me this', 'pending'],
  ])('but not by writing "%s"', async (text, consent) => {
    await using world = await createChatWorld()
    await world.says('hello')
    await setConsentField(world, 'pending')
    await world.says(text, { at: after(minute) })
    await world.says('and what about my order?', { at: after(2 * minute) })
    expect(await world.person()).toMatchObject({ consent })
  })

  test('a START that was written before a STOP and comes after it changes nothing', async () => {
    await using world = await createChatWorld()
    await world.says('STOP', { at: after(hour) })
    await world.says('START', { at: after(minute), receivedAt: after(2 * hour) })
    expect(await world.person()).toMatchObject({ consent: 'opted_out' })
  })
})

describe('products', () => {
  test('asked about, an available one is told with price and link, and the view is kept as seen', async () => {
    await using world = await createChatWorld()
    const id = await product(world, 1)
    await world.asksAbout('wc_1', 'Is this still available?')

    expect(await world.replies()).toEqual([
      { kind: 'text', body: 'Product 1 está disponível por 12,90 €: https://shop.example/product/p1/' },
    ])
    expect(
      await world.db.query(
        'select product_id, kind, source, source_key, price_minor, currency, in_stock, at from product_views',
      ),
    ).toEqual([
      {
        productId: id,
        kind: 'view',
        source: 'chat',
        sourceKey: 'wamid.1:wc_1',
        priceMinor: 1290,
        currency: 'EUR',
        inStock: true,
        at: someMonday,
      },
    ])
    expect(await world.db.query('select last_sold_out_at from product_interest')).toEqual([
      { lastSoldOutAt: null },
    ])
  })

  test('asked about, one that we do not know is no view and gets no answer', async () => {
    await using world = await createChatWorld()
    expect(await world.asksAbout('di9ozbzfi4', 'Is this still available?')).toEqual({ kind: 'done' })
    expect(await world.db.query('select 1 as one from product_views')).toEqual([])
    expect(await world.replies()).toEqual([])
  })

  test("another shop's product of the same id is none of ours", async () => {
    await using world = await createChatWorld()
    await insertProduct(world.db, world.shopId + 1, someMonday, { wcId: 1 })
    await world.asksAbout('wc_1', 'Is this still available?')
    expect(await world.replies()).toEqual([])
  })

  test('sold out, one offers a button; tapped, the alert is made for ninety days', async () => {
    await using world = await createChatWorld()
    const id = await product(world, 1, soldOut)
    await world.asksAbout('wc_1', 'Ainda tem?')
    expect(await world.replies()).toEqual([
      {
        kind: 'buttons',
        body: 'Product 1 está esgotado no momento.',
        buttons: [{ id: `HUB_ALERT:${id}`, title: 'Avise-me' }],
      },
    ])
    expect(await world.db.query('select last_sold_out_at from product_interest')).toEqual([
      { lastSoldOutAt: someMonday },
    ])

    await world.taps(`HUB_ALERT:${id}`, 'Avise-me', { at: after(minute) })
    expect(await openAlerts(world, after(minute))).toMatchObject([
      {
        productId: id,
        kind: 'back_in_stock',
        anyVariation: false,
        askedAt: after(minute),
        expiresAt: after(90 * day + minute),
      },
    ])
    expect((await world.replies()).at(-1)).toEqual({
      kind: 'text',
      body: 'Vamos escrever por aqui assim que Product 1 voltar.',
    })
    expect(await world.person(), 'interest and an alert are no consent to marketing').toMatchObject({
      consent: 'unknown',
    })
  })

  test('a plain yes within a day is enough; after a day it is about nothing', async () => {
    await using world = await createChatWorld()
    await product(world, 1, soldOut)
    await world.asksAbout('wc_1', 'Ainda tem?')
    await world.says('sim', { at: after(day + minute) })
    expect(await openAlerts(world, after(day + minute))).toEqual([])
    await world.asksAbout('wc_1', 'E agora?', { at: after(2 * day) })
    await world.says('sim', { at: after(2 * day + hour) })
    expect(await openAlerts(world, after(3 * day))).toHaveLength(1)
  })

  test('a yes to a certain offer of ours is about that offer, and a yes to another message of ours about nothing', async () => {
    await using world = await createChatWorld()
    const first = await product(world, 1, soldOut)
    await product(world, 2, soldOut)
    await world.asksAbout('wc_1', 'Ainda tem?')
    await world.asksAbout('wc_2', 'E este?', { at: after(minute) })
    await world.db.execute(
      `update messages set wamid = 'wamid.ours.' || (content -> 'buttons' -> 0 ->> 'id')`,
    )
    await world.db.execute(
      `insert into messages (shop_id, person_id, phone_number_id, purpose, lane, state, content, callback_id, attempt, due_at, created_at, wamid)
       select shop_id, person_id, phone_number_id, 'campaign', 2, 'sent', '{"kind":"text","body":"hi"}', 'cb', 1, due_at, created_at, 'wamid.news'
       from messages limit 1`,
    )

    await world.says('ok', { at: after(2 * minute), context: { from: '351210000000', id: 'wamid.news' } })
    expect(await openAlerts(world, after(hour))).toEqual([])
    await world.says('sim', {
      at: after(2 * day),
      context: { from: '351210000000', id: `wamid.ours.HUB_ALERT:${first}` },
    })
    expect(await openAlerts(world, after(2 * day))).toMatchObject([{ productId: first }])
  })

  test('"ok" after the alert is made is not answered again', async () => {
    await using world = await createChatWorld()
    await product(world, 1, soldOut)
    await world.asksAbout('wc_1', 'avise-me quando voltar')
    expect(await openAlerts(world)).toHaveLength(1)
    await world.says('ok', { at: after(minute) })
    expect(await world.replies()).toHaveLength(1)
  })

  test('of a product with variations one chooses any or one of the first two that are sold out', async () => {
    await using world = await createChatWorld()
    const parent = await product(world, 1, { kind: 'variable', quantity: null, isInStock: false })
    const sizes: number[] = []
    for (const [nth, size] of ['Small', 'Medium', 'Extra large and very long'].entries()) {
      const id = await product(world, 10 + nth, { kind: 'variation', parentId: parent, ...soldOut })
      await world.db.execute('update products set attributes = $2 where id = $1', [
        id,
        JSON.stringify([{ name: 'Size', option: size }]),
      ])
      sizes.push(id)
    }
    await world.asksAbout('wc_1', 'Ainda tem?')
    expect(await world.replies()).toEqual([
      {
        kind: 'buttons',
        body: 'Product 1 está esgotado no momento. Qual você espera?',
        buttons: [
          { id: `HUB_ALERT:${parent}:any`, title: 'Qualquer um' },
          { id: `HUB_ALERT:${sizes[0]!}`, title: 'Small' },
          { id: `HUB_ALERT:${sizes[1]!}`, title: 'Medium' },
        ],
      },
    ])
    await world.taps(`HUB_ALERT:${parent}:any`, 'Qualquer um', { at: after(minute) })
    await world.taps(`HUB_ALERT:${sizes[1]!}`, 'Medium', { at: after(2 * minute) })
    expect(await openAlerts(world, after(hour))).toMatchObject([
      { productId: parent, anyVariation: true },
      { productId: sizes[1], anyVariation: false },
    ])
  })

  test('a button about something that is back already tells so', async () => {
    await using world = await createChatWorld()
    const id = await product(world, 1)
    await world.taps(`HUB_ALERT:${id}`, 'Avise-me')
    expect(await openAlerts(world)).toEqual([])
    expect(await world.replies()).toMatchObject([{ body: expect.stringContaining('está disponível') }])
  })

  test("a button that names another shop's product does nothing", async () => {
    await using world = await createChatWorld()
    const foreign = await insertProduct(world.db, world.shopId + 1, someMonday, { wcId: 1, ...soldOut })
    expect(await world.taps(`HUB_ALERT:${foreign}`, 'Avise-me')).toEqual({ kind: 'done' })
    expect(await openAlerts(world)).toEqual([])
  })

  test('who has opted out may still ask for one thing, and a STOP after that ends it', async () => {
    await using world = await createChatWorld()
    const id = await product(world, 1, soldOut)
    await world.says('STOP')
    await world.taps(`HUB_ALERT:${id}`, 'Avise-me', { at: after(minute) })
    expect(await openAlerts(world, after(minute))).toHaveLength(1)
    expect(await world.person()).toMatchObject({ consent: 'opted_out' })

    await world.says('STOP', { at: after(hour) })
    expect(await openAlerts(world, after(hour))).toEqual([])
    expect(await world.replies()).toHaveLength(3)
  })

  test('a number of the United States is offered no alert, and told so when it asks', async () => {
    await using world = await createChatWorld()
    await product(world, 1, soldOut)
    const american = { from: '16505551234' }
    await world.asksAbout('wc_1', 'Is this available?', american)
    await world.says('tell me when it is back', { ...american, at: after(minute) })
    expect(await world.replies()).toEqual([
      { kind: 'text', body: 'Product 1 is sold out at the moment.' },
      { kind: 'text', body: expect.stringContaining('United States') },
    ])
    expect(await openAlerts(world)).toEqual([])

    await world.asksAbout('wc_1', 'tell me when it is back', { from: '14165551234', at: after(hour) })
    expect(await openAlerts(world, after(hour)), 'Canada has the same country code').toHaveLength(1)
  })

  test('each item of a cart is a view', async () => {
    await using world = await createChatWorld()
    const [first, second] = [await product(world, 1), await product(world, 2, soldOut)]
    await world.writes({
      type: 'order',
      order: {
        catalog_id: '1',
        product_items: [
          { product_retailer_id: 'wc_1', quantity: 2, item_price: 30, currency: 'USD' },
          { product_retailer_id: 'wc_2', quantity: 1, item_price: 25, currency: 'USD' },
          { product_retailer_id: 'gone', quantity: 1, item_price: 25, currency: 'USD' },
        ],
      },
    })
    expect(
      await world.db.query(
        'select product_id, kind, price_minor, currency, in_stock from product_views order by id',
      ),
    ).toEqual([
      { productId: first, kind: 'cart', priceMinor: 1290, currency: 'EUR', inStock: true },
      { productId: second, kind: 'cart', priceMinor: 1290, currency: 'EUR', inStock: false },
    ])
  })

  test('answers wait for nobody longer than the 24 hours they may be sent in', async () => {
    await using world = await createChatWorld()
    await world.says('STOP', { at: someMonday, receivedAt: after(hour) })
    expect(
      await world.db.query('select purpose, lane, state, due_at, expires_at, unique_key from messages'),
    ).toEqual([
      {
        purpose: 'reply',
        lane: 0,
        state: 'waiting',
        dueAt: after(hour),
        expiresAt: after(day),
        uniqueKey: 'reply:wamid.1',
      },
    ])
  })
})
