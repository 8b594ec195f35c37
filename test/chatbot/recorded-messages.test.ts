import { describe, expect, test } from 'vitest'
import type {
  InboundMessageUpdate,
  MetaUpdate,
  PreferenceUpdate,
  UserIdUpdate,
} from '../../src/connectors/meta/webhook-types.ts'
import { hasFixtures } from '../support/fixtures.ts'
import { insertProduct, someMonday } from '../support/rows.ts'
import { createChatWorld, readFixture, type ChatWorld } from './chat-world.ts'

/** The numbers that Meta's examples are addressed to. */
const numberOf = (updates: MetaUpdate[]): string => updates[0]?.origin.phoneNumberId ?? ''

async function hear(name: string, world?: ChatWorld): Promise<ChatWorld> {
  const updates = readFixture(name)
  const hearing = world ?? (await createChatWorld(numberOf(updates)))
  await hearing.db.execute('update phone_numbers set meta_id = $1', [numberOf(updates)])
  for (const outcome of await hearing.hears(updates)) expect(outcome).toEqual({ kind: 'done' })
  return hearing
}

const messages = [
  'messages.text',
  'messages.text.bsuid_only_no_phone',
  'messages.text.ctwa_referral',
  'messages.text.referred_product',
  'messages.button.template_quick_reply',
  'messages.contacts',
  'messages.image',
  'messages.interactive.button_reply',
  'messages.interactive.list_reply',
  'messages.location',
  'messages.order',
  'messages.order.mpm_no_text',
  'messages.reaction',
  'messages.unsupported.edit',
  'messages.unsupported.legacy',
]

describe.skipIf(!hasFixtures())('messages as Meta documents them', () => {
  test.each(messages)('%s is kept whole, and once', async (name) => {
    await using world = await hear(name)
    const [message] = readFixture(name) as InboundMessageUpdate[]
    expect(await world.hears(readFixture(name))).toEqual([{ kind: 'ignored', reason: 'duplicate' }])
    expect(await world.db.query('select wamid, type, payload from inbound_messages')).toEqual([
      { wamid: message!.id, type: message!.type, payload: message!.raw },
    ])
    expect(await world.db.query('select count(*) as people from people')).toEqual([{ people: 1 }])
  })

  test('a sender that is no number is nobody, and says so', async () => {
    await using world = await createChatWorld(numberOf(readFixture('messages.interactive.nfm_reply')))
    expect(await world.hears(readFixture('messages.interactive.nfm_reply'))).toEqual([
      { kind: 'ignored', reason: 'no_identity' },
    ])
  })

  test('a tapped "Unsubscribe" of a template opts out', async () => {
    await using world = await hear('messages.button.template_quick_reply')
    expect(await world.person()).toMatchObject({ consent: 'opted_out', firstName: 'Sheena' })
    expect(await world.replies()).toHaveLength(1)
  })

  test('a tapped "Cancel" of some other menu does not', async () => {
    await using world = await hear('messages.interactive.button_reply')
    expect(await world.person()).toMatchObject({ consent: 'unknown' })
    expect(await world.replies()).toEqual([])
  })

  test('a question about a card and a cart are interest in what we know under those ids', async () => {
    await using world = await createChatWorld()
    const lamp = await insertProduct(world.db, world.shopId, someMonday, {
      wcId: 1,
      quantity: 0,
      isInStock: false,
    })
    await world.db.execute(`update products set retailer_id = 'di9ozbzfi4'`)
    await hear('messages.text.referred_product', world)
    await hear('messages.order', world)

    expect(await world.db.query('select product_id, kind from product_views order by id')).toEqual([
      { productId: lamp, kind: 'view' },
      { productId: lamp, kind: 'cart' },
    ])
    expect(await world.db.query('select views from product_interest')).toEqual([{ views: 2 }])
  })

  test('who is known by a user id alone is a person with a country', async () => {
    await using world = await hear('messages.text.bsuid_only_no_phone')
    expect(await world.person()).toMatchObject({ country: 'US' })
    expect(await world.db.query('select kind, value, verified from person_identities')).toEqual([
      { kind: 'bsuid', value: 'US.13491208655302741918', verified: true },
    ])
  })

  test('a changed number moves the person who writes next from it', async () => {
    await using world = await hear('messages.text')
    const before = await world.person()
    await hear('messages.system.user_changed_number', world)
    expect(await world.db.query(`select value from person_identities where ended_at is null`)).toEqual([
      { value: '+12195555358' },
    ])
    await world.says('hello again', { from: '12195555358' })
    expect((await world.person()).id).toBe(before.id)
    expect(
      await world.db.query('select count(*) as kept from inbound_messages'),
      'a notice is nothing a person wrote',
    ).toEqual([{ kept: 2 }])
  })

  test('a changed user id moves together with the number it comes with', async () => {
    await using world = await hear('messages.text')
    const before = await world.person()
    await world.says('me again', { from: '16505551234', userId: 'US.13491208655302741918' })
    await hear('messages.system.user_changed_user_id', world)
    await world.says('hello', { userId: 'US.13491208655302741919', from: '12195555358' })
    expect((await world.person()).id).toBe(before.id)
    expect(
      await world.db.query(`select kind, value from person_identities where ended_at is null order by kind`),
    ).toEqual([
      { kind: 'bsuid', value: 'US.13491208655302741919' },
      { kind: 'wa_id', value: '+12195555358' },
    ])
  })

  test('a user id update moves whoever had the previous one', async () => {
    await using world = await createChatWorld()
    const [update] = readFixture('user_id_update') as UserIdUpdate[]
    await world.says('hello', { from: update!.waId!, userId: update!.previousUserId })
    const before = await world.person()
    expect(await world.hears([update!])).toEqual([{ kind: 'done' }])
    await world.says('hello', { from: update!.waId!, userId: update!.currentUserId })
    expect((await world.person()).id).toBe(before.id)
  })

  test("stop and resume in WhatsApp set and clear Meta's flag, and never ours", async () => {
    await using world = await createChatWorld()
    const [stop] = readFixture('user_preferences.stop') as PreferenceUpdate[]
    const [resume] = readFixture('user_preferences.resume') as PreferenceUpdate[]
    await world.says('STOP', { from: stop!.waId! })

    expect(await world.hears([stop!, stop!])).toEqual([
      { kind: 'done' },
      { kind: 'ignored', reason: 'unchanged' },
    ])
    expect(await world.person()).toMatchObject({ metaStop: true, consent: 'opted_out' })
    expect(await world.hears([resume!])).toEqual([{ kind: 'done' }])
    expect(await world.person()).toMatchObject({ metaStop: false, consent: 'opted_out' })
    expect(world.optOuts).toEqual(['opted_out', 'meta_stop'])
  })

  test('a preference of somebody who never wrote is kept for when they do', async () => {
    await using world = await createChatWorld()
    const [stop] = readFixture('user_preferences.stop') as PreferenceUpdate[]
    expect(await world.hears([stop!])).toEqual([{ kind: 'done' }])
    await world.says('hello', { from: stop!.waId! })
    expect(await world.person()).toMatchObject({ metaStop: true })
  })
})
