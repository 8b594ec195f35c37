import { describe, expect, test } from 'vitest'
import * as backInStock from '../../src/campaigns/back-in-stock/compose.ts'
import * as browseReminder from '../../src/campaigns/browse-reminder/compose.ts'
import { composeLoyaltyReward } from '../../src/campaigns/loyalty-reward/compose.ts'
import * as newArrivals from '../../src/campaigns/new-arrivals/compose.ts'
import * as priceDrop from '../../src/campaigns/price-drop/compose.ts'
import * as weMissYou from '../../src/campaigns/we-miss-you/compose.ts'
import type { Composing } from '../../src/campaigns/composing.ts'
import type { Content } from '../../src/outbox/message.ts'
import { someMonday } from '../support/rows.ts'
import { alone, approved, createComposeWorld, read, type ComposeWorld } from './compose-world.ts'

const composeBackInStock = alone(backInStock.composeBackInStock)
const composePriceDrop = alone(priceDrop.composePriceDrop)
const composeNewArrivals = alone(newArrivals.composeNewArrivals)
const composeWeMissYou = alone(weMissYou.composeWeMissYou)
const composeBrowseReminder = alone(browseReminder.composeBrowseReminder)

const hourMs = 3_600_000

const coupon = { code: 'k7mq2xv9', percentBps: 1_500, lastDay: '2026-12-04' }

/** A drop that was closed in favour of the first candidacy. */
async function insertGrouped(world: ComposeWorld, productId: number, priceMinor: number): Promise<void> {
  await world.db.execute(
    `insert into reengagement_log (shop_id, campaign_id, person_id, product_id, item_key, occasion, trigger, value, rank, interest_at,
       settings_version, price_minor, state, reason, reason_count, competing_id, expires_at, considered_at, updated_at)
     select $1, 1, $2, $3::bigint, 'id:' || $3::bigint, 'price:' || $3::bigint, 'viewed', 5, 0, $5, 1, $4, 'suppressed', 'grouped', 1, 1, $5, $5, $5`,
    [world.shopId, world.personId, productId, priceMinor, someMonday],
  )
}

describe('back in stock', () => {
  test('names the product and its price, shows its picture and leads to it through our link', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug', 1_250)
    expect(read(await composeBackInStock(world.db, await world.about([{ productId: mug }])))).toEqual({
      template: 'back_in_stock',
      language: 'en',
      text: 'Hi Ana, something you looked at is available again: Blue mug, for €12.50 at Harbour Street. Tap the button while it is in stock.',
      buttons: { url: `token-${mug}`, quick_reply: 'HUB_OPT_OUT' },
      picture: 'https://shop.example/p.png',
    })
  })

  test('leads to the product’s own page where the account still has the template of an earlier version', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug')
    const content = await composeBackInStock(world.db, await world.about([{ productId: mug }]))
    const earlier = JSON.parse(
      JSON.stringify(approved).replaceAll('https://hub.example/r/{{1}}', 'https://shop.example/{{1}}'),
    ) as typeof approved
    expect(read(content, earlier).buttons.url).toBe('product/p100/')
    await world.db.execute(`update products set permalink = 'https://elsewhere.example/mug'`)
    const moved = await composeBackInStock(world.db, await world.about([{ productId: mug }]))
    expect(read(moved, earlier).buttons.url).toBe('?p=100')
  })

  test('shows WooCommerce’s stand-in where the product has no picture, or one that WhatsApp cannot read', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug')
    const standIn = 'https://shop.example/wp-content/plugins/woocommerce/assets/images/placeholder.png'
    for (const image of [
      null,
      'https://shop.example/mug.webp',
      'https://shop.example/mug.SVG?v=2',
      'data:x',
    ]) {
      await world.db.execute('update products set image_url = $1', [image])
      const content = await composeBackInStock(world.db, await world.about([{ productId: mug }]))
      expect(read(content).picture).toBe(standIn)
    }
  })

  test('asked for: answers for one product, and for several at once', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug')
    const pot = await world.product('Tea pot')
    const one = await world.about([{ productId: mug }], { isAlert: true })
    expect(read(await composeBackInStock(world.db, one))).toMatchObject({
      template: 'back_in_stock_alert',
      text: 'Hi Ana, you asked us to let you know: Blue mug is back in stock at Harbour Street for €20.00. Tap the button to see it.',
    })
    const both = await world.about([{ productId: mug }, { productId: pot }, { productId: mug }], {
      isAlert: true,
    })
    expect(read(await composeBackInStock(world.db, both))).toMatchObject({
      template: 'back_in_stock_several',
      text: 'Hi Ana, you asked us to let you know, and several products are back in stock at Harbour Street: Blue mug and Tea pot. Tap the button to have a look.',
      buttons: { url: `token-${mug}` },
    })
  })

  test('a product that has no price is not announced', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug')
    await world.db.execute('update products set price_minor = null')
    const content = await composeBackInStock(world.db, await world.about([{ productId: mug }]))
    expect(() => read(content)).toThrow('parameters_invalid')
  })
})

describe('price drop', () => {
  test('states the reference of this person as the price before, and what the shop charges now', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug', 1_500)
    const drop = { kind: 'price_drop', productId: mug, referenceMinor: 2_000, priceMinor: 1_600 }
    expect(read(await composePriceDrop(world.db, await world.about([drop])))).toMatchObject({
      template: 'price_drop',
      text: 'Hi Ana, something you looked at costs less now: Blue mug is €15.00 instead of €20.00 at Harbour Street. Tap the button to see it.',
      buttons: { url: `token-${mug}` },
    })
  })

  test('counts those that were closed in its favour, as long as they hold', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug', 1_000)
    const drop = { kind: 'price_drop', productId: mug, referenceMinor: 2_000, priceMinor: 1_000 }
    await insertGrouped(world, await world.product('Tea pot', 900), 1_000)
    await insertGrouped(world, await world.product('Dripper', 1_000), 1_000)
    await insertGrouped(world, await world.product('Grinder', 1_100), 1_000)
    await insertGrouped(world, await world.product('Kettle', 1_000, { isSellable: false }), 1_000)
    expect(read(await composePriceDrop(world.db, await world.about([drop])))).toMatchObject({
      template: 'price_drop_several',
      text: 'Hi Ana, several things you looked at cost less now at Harbour Street. The biggest drop: Blue mug is €10.00 instead of €20.00. Other products you looked at that are cheaper, too: 2. Tap the button to have a look.',
    })
  })

  test('without a reference nothing is stated, and nothing sent', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug', 1_500)
    const content = await composePriceDrop(
      world.db,
      await world.about([{ kind: 'price_drop', productId: mug }]),
    )
    expect(() => read(content)).toThrow('parameters_invalid')
  })

  test('asked for: what it costs now, and no price before', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug', 1_500)
    const about = await world.about([{ kind: 'price_drop', productId: mug, referenceMinor: 2_000 }], {
      isAlert: true,
    })
    expect(read(await composePriceDrop(world.db, about))).toMatchObject({
      template: 'price_alert',
      text: 'Hi Ana, you asked us to let you know: Blue mug is now €15.00 at Harbour Street. Tap the button to see it.',
    })
  })
})

describe('several answers of different kinds', () => {
  test.each([
    ['back in stock first', composeBackInStock],
    ['the price first', composePriceDrop],
  ])('come as one message with the price of each: %s', async (_, compose) => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug', 1_500)
    const pot = await world.product('Tea pot', 3_000)
    const candidacies = [
      { kind: 'back_in_stock', productId: mug },
      { kind: 'price_drop', productId: pot },
    ]
    expect(read(await compose(world.db, await world.about(candidacies, { isAlert: true })))).toMatchObject({
      template: 'alerts_several',
      text: 'Hi Ana, you asked us to let you know, and there is news about several products at Harbour Street: Blue mug (€15.00) and Tea pot (€30.00). Tap the button to have a look.',
    })
  })

  test('about one product are one answer: it is back', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug')
    const candidacies = ['back_in_stock', 'price_drop'].map((kind) => ({ kind, productId: mug }))
    const content = await composeBackInStock(world.db, await world.about(candidacies, { isAlert: true }))
    expect(read(content).template).toBe('back_in_stock_alert')
  })

  test('many products are counted from the sixth on, and long names cut, so that the text fits', async () => {
    await using world = await createComposeWorld()
    const ids: number[] = []
    for (let at = 0; at < 9; at++)
      ids.push(await world.product(`${String(at)} ${'very long name '.repeat(20)}`))
    const about = await world.about(
      ids.map((productId) => ({ productId })),
      { isAlert: true },
    )
    const { text } = read(await composeBackInStock(world.db, about))
    expect(text).toContain('…, and 4 very long name')
    expect(text).toContain('… (+4). Tap')
    expect(text.length).toBeLessThan(1_024)
  })
})

describe('with Meta’s stop, inside the 24 hours', () => {
  const stopped = (hoursAgo: number) => ({
    metaStop: true,
    lastInboundAt: new Date(someMonday.getTime() - hoursAgo * hourMs),
  })

  test('what was asked for is answered in a free text', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug', 1_500)
    const about = await world.about([{ productId: mug }], { isAlert: true, person: stopped(23) })
    expect(await composeBackInStock(world.db, about)).toEqual({
      kind: 'text',
      body: 'Harbour Street ✓\nBlue mug · €15.00 · https://shop.example/product/p100/',
    })
    expect((await composePriceDrop(world.db, about)).kind).toBe('text')
  })

  test('after them, or unasked, it stays a template, which the checks before sending hold back', async () => {
    await using world = await createComposeWorld()
    const mug = await world.product('Blue mug')
    const late = await world.about([{ productId: mug }], { isAlert: true, person: stopped(24) })
    const unasked = await world.about([{ productId: mug }], { person: stopped(1) })
    for (const about of [late, unasked])
      expect((await composeBackInStock(world.db, about)).kind).toBe('template')
  })
})

describe('win-backs', () => {
  const choose = (lastPurchase: string | null, productIds: number[]) => [
    { choice: { lastPurchase, productIds } },
  ]

  test('name the last purchase and up to three products that can still be bought', async () => {
    await using world = await createComposeWorld()
    const gone = await world.product('Kettle', 2_000, { isSellable: false })
    const ids = [gone]
    for (const name of ['Tea pot', 'Dripper', 'Grinder', 'Scale']) ids.push(await world.product(name))
    const about = await world.about(choose('Blue mug', ids))
    expect(read(await composeNewArrivals(world.db, about))).toMatchObject({
      template: 'new_arrivals',
      text: 'Hi Ana, since you bought Blue mug from us, new things have come in at Harbour Street that may suit you: Tea pot, Dripper, and Grinder. Tap the button to have a look.',
      buttons: { url: 'token-shop' },
    })
    expect(read(await composeWeMissYou(world.db, about))).toMatchObject({
      template: 'we_miss_you',
      text: 'Hi Ana, it has been a while since you bought Blue mug at Harbour Street, and we would love to see you again. You might like: Tea pot, Dripper, and Grinder. Tap the button to have a look.',
    })
  })

  test('have a wording for people without a last purchase, and lead to the product when it is the only one', async () => {
    await using world = await createComposeWorld()
    const pot = await world.product('Tea pot')
    const about = await world.about(choose(null, [pot]))
    expect(read(await composeNewArrivals(world.db, about))).toMatchObject({
      template: 'new_arrivals_first',
      text: 'Hi Ana, new things have come in at Harbour Street that may suit you: Tea pot. Tap the button to have a look.',
      buttons: { url: `token-${pot}` },
    })
    expect(read(await composeWeMissYou(world.db, about)).template).toBe('we_miss_you_first')
  })

  test('a choice that cannot be read names nothing: new arrivals are not sent, we miss you speaks of the range', async () => {
    await using world = await createComposeWorld()
    for (const choice of [
      null,
      {},
      { lastPurchase: 3, productIds: 'x' },
      { lastPurchase: null, productIds: [] },
    ]) {
      const about = await world.about([{ choice }])
      const arrivals = await composeNewArrivals(world.db, about)
      expect(() => read(arrivals)).toThrow('parameters_invalid')
      expect(read(await composeWeMissYou(world.db, about)).text).toContain(
        'You might like: our current range.',
      )
    }
  })
})

describe('loyalty reward', () => {
  test('prints percent, code and last day, and its button copies the code', async () => {
    await using world = await createComposeWorld()
    const content = composeLoyaltyReward(await world.about([{}]), coupon)
    expect(read(content)).toEqual({
      template: 'loyalty_reward',
      language: 'en',
      text: 'Hi Ana, thank you for being a loyal customer of Harbour Street. Here is 15% off your next order: your own code is k7mq2xv9, good once until December 4, 2026. Copy it and enter it at the checkout.',
      buttons: { copy_code: 'k7mq2xv9', url: 'token-shop', quick_reply: 'HUB_OPT_OUT' },
      picture: undefined,
    })
  })

  test('does not go without a code, or with one that WhatsApp would refuse', async () => {
    await using world = await createComposeWorld()
    const content = composeLoyaltyReward(await world.about([{}]), coupon)
    for (const couponCode of ['', 'x'.repeat(16)])
      expect(() => read({ ...content, couponCode } as Content)).toThrow('parameters_invalid')
  })
})

test('browse reminder names the product looked at last', async () => {
  await using world = await createComposeWorld()
  const mug = await world.product('Blue mug')
  expect(read(await composeBrowseReminder(world.db, await world.about([{ productId: mug }])))).toMatchObject({
    template: 'browse_reminder',
    text: 'Hi Ana, you recently looked at Blue mug at Harbour Street. It is available for €20.00, in case you are still thinking it over. Tap the button to see it again.',
  })
})

describe('in the reader’s language', () => {
  const kinds: [string, (world: ComposeWorld, about: Composing) => Promise<Content>][] = [
    ['back in stock', (world, about) => composeBackInStock(world.db, about)],
    ['price drop', (world, about) => composePriceDrop(world.db, about)],
    ['loyalty reward', async (_, about) => composeLoyaltyReward(about, coupon)],
    ['new arrivals', (world, about) => composeNewArrivals(world.db, about)],
    ['we miss you', (world, about) => composeWeMissYou(world.db, about)],
    ['browse reminder', (world, about) => composeBrowseReminder(world.db, about)],
  ]

  test.each(kinds)('%s is complete in all eight, with a name and without', async (_, compose) => {
    await using world = await createComposeWorld()
    const productId = await world.product('Blue mug', 123_450)
    const choice = { lastPurchase: 'Tea pot', productIds: [productId] }
    const candidacies = [{ kind: 'price_drop', productId, referenceMinor: 200_000, choice }]
    for (const language of ['en', 'es', 'pt', 'fr', 'de', 'hi', 'id', 'ar']) {
      for (const firstName of ['Ana', '+351912345678']) {
        const about = await world.about(candidacies, { person: { language, firstName } })
        const shown = read(await compose(world, about))
        expect(shown.language.slice(0, 2)).toBe(language)
        expect(shown.text).not.toMatch(/\{\{|undefined|\+351/)
        expect(shown.text.includes('Ana')).toBe(firstName === 'Ana')
      }
    }
  })

  test.each([
    ['es', '1234,50 €', '4 de diciembre de 2026', '15 %'],
    ['pt', '€ 1.234,50', '4 de dezembro de 2026', '15%'],
    ['fr', '1 234,50 €', '4 décembre 2026', '15 %'],
    ['de', '1.234,50 €', '4. Dezember 2026', '15 %'],
    ['hi', '€1,234.50', '4 दिसंबर 2026', '15%'],
    ['id', '€1.234,50', '4 Desember 2026', '15%'],
  ])('prices, days and percents are written as in %s', async (language, price, day, percent) => {
    await using world = await createComposeWorld()
    const productId = await world.product('Blue mug', 123_450)
    const about = await world.about([{ productId }], { person: { language } })
    expect(read(await composeBackInStock(world.db, about)).text).toContain(price)
    const { text } = read(composeLoyaltyReward(about, coupon))
    expect(text).toContain(day)
    expect(text).toContain(percent)
  })

  test('in Arabic every value is kept to itself, so that Latin names and prices do not mix up the line', async () => {
    await using world = await createComposeWorld()
    const productId = await world.product('Blue mug', 123_450)
    const about = await world.about([{ productId }], { person: { language: 'ar' } })
    const { text } = read(await composeBackInStock(world.db, about))
    expect(text).toContain('\u2068Blue mug\u2069')
    expect(text).toMatch(/\u2068[^\u2068\u2069]*1,234\.50[^\u2068\u2069]*\u2069/)
    expect(text.match(/\u2068/g)).toHaveLength(4)
  })

  test('the values follow the template that is there, not the one that was wished for', async () => {
    await using world = await createComposeWorld()
    const productId = await world.product('Blue mug', 123_450)
    const about = await world.about([{ productId }], { person: { language: 'de' } })
    const content = await composeBackInStock(world.db, about)
    const withoutGerman = approved.filter(({ language }) => language !== 'de')
    // The person's own language, then their country's (Portugal), then the shop's.
    expect(read(content, withoutGerman).text).toContain('por € 1.234,50 na loja')
    const onlyEnglish = approved.filter(({ language }) => language === 'en')
    expect(read(content, onlyEnglish).text).toContain('for €1,234.50 at')
  })
})

describe('another wording', () => {
  const b = approved
    .filter(({ name }) => name === 'back_in_stock')
    .map((one) => ({ ...one, name: 'back_in_stock__b' }))

  test('goes where the account has it approved, in the person’s language before any other', async () => {
    await using world = await createComposeWorld()
    const about = await world.about([{ productId: await world.product('Blue mug') }], {
      variant: 'b',
      person: { language: 'fr', firstName: null },
    })
    const content = await composeBackInStock(world.db, about)
    expect(read(content, [...approved, ...b])).toMatchObject({ template: 'back_in_stock__b', language: 'fr' })
    expect(read(content, [...approved, ...b]).text).toContain('Bonjour à vous,')
    expect(read(content, approved)).toMatchObject({ template: 'back_in_stock', language: 'fr' })
    const paused = b.map((one) => ({ ...one, status: 'PAUSED' }))
    expect(read(content, [...approved, ...paused]).template).toBe('back_in_stock')
    const onlyEnglish = b.filter(({ language }) => language === 'en')
    expect(read(content, [...approved, ...onlyEnglish])).toMatchObject({
      template: 'back_in_stock',
      language: 'fr',
    })
  })

  test('called a, or none, is the template itself', async () => {
    await using world = await createComposeWorld()
    const productId = await world.product('Blue mug')
    for (const variant of ['a', null]) {
      const content = await composeBackInStock(world.db, await world.about([{ productId }], { variant }))
      expect(content).not.toHaveProperty('variant')
    }
  })
})
