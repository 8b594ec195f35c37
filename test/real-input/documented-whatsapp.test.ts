import { describe, expect, test } from 'vitest'
import { hasFixtures, loadWhatsAppDeliveries } from '../support/fixtures.ts'
import { createHub, postToWhatsApp, type TestHub } from '../support/hub.ts'

const appSecret = 'app-secret'
const connection = {
  shop: {
    key: 'default',
    timeZone: 'America/New_York',
    currency: 'USD',
    country: 'US',
    language: 'en',
    isSandbox: false,
  },
  whatsapp: {
    accessToken: 'token',
    appSecret,
    verifyToken: 'verify',
    phoneNumberId: '106540352242922',
    businessAccountId: '102290129340398',
    displayPhoneNumber: '15550783881',
  },
}

async function play(names: readonly string[]): Promise<{ hub: TestHub; events: unknown[] }> {
  const hub = await createHub({ now: '2025-07-01T12:00:00Z', connection })
  const deliveries = new Map(loadWhatsAppDeliveries().map((delivery) => [delivery.name, delivery.body]))
  for (const name of names) {
    const response = await postToWhatsApp(hub.url, {
      body: deliveries.get(name) ?? Buffer.from(''),
      secret: appSecret,
    })
    expect(response.status, name).toBe(200)
  }
  await hub.drain()
  const events = await hub.db.query(
    `select kind, state, reason, count(*)::int as n from inbox_events group by kind, state, reason order by kind, state, reason`,
  )
  return { hub, events }
}

const ended = (kind: string, reason: string | null, n: number): object => ({
  kind,
  state: reason === null ? 'done' : 'ignored',
  reason,
  n,
})

describe.skipIf(!hasFixtures())('every documented WhatsApp webhook', () => {
  const names = hasFixtures() ? loadWhatsAppDeliveries().map((delivery) => delivery.name) : []

  test('is taken in, none as a dead letter, and what is not handled says why', async () => {
    const { hub, events } = await play(names)
    await using _ = hub
    expect(events).toEqual([
      ended('field:account_update', null, 3),
      ended('field:account_update', 'nothing_to_do', 1),
      // Meta's example of a restriction is years older than its example of what came after.
      ended('field:account_update', 'outdated', 1),
      ended('field:message_template_quality_update', 'unknown_template', 1),
      ended('field:message_template_status_update', 'unknown_template', 3),
      ended('field:phone_number_quality_update', null, 1),
      ended('message', null, 12),
      // A flow's answer in the documentation comes from a placeholder instead of a number.
      ended('message', 'no_identity', 1),
      ended('status', 'unknown_message', 5),
      ended('user_id_update', 'unknown_person', 1),
      ended('user_preference', null, 1),
      ended('user_preference', 'unchanged', 1),
      ended('value_error', null, 1),
    ])
  })

  test('people are known by what WhatsApp vouches for, and consent follows what they did', async () => {
    const { hub } = await play(
      names.filter((name) => name.startsWith('messages.') || name.startsWith('user_preferences')),
    )
    await using _ = hub
    const identities = await hub.db.query(
      `select kind, value, ended_at is null as current from person_identities where kind in ('wa_id', 'bsuid') order by kind, value, current`,
    )
    expect(identities).toEqual([
      { kind: 'wa_id', value: '+12195555358', current: true },
      // It moved to the number above; a later message makes its new owner a new person.
      { kind: 'wa_id', value: '+16505551234', current: false },
      { kind: 'wa_id', value: '+16505551234', current: true },
    ])
    // The template's button said "Unsubscribe".
    const log = await hub.db.query(`select state, how, wording from consent_log where purpose = 'marketing'`)
    expect(log).toContainEqual({ state: 'opted_out', how: 'button', wording: 'Unsubscribe' })
  })

  test('doubled and in any order, each is handled once', async () => {
    const straight = await play(names)
    const twice = await play([...names, ...names.toReversed()])
    await using _ = straight.hub
    await using __ = twice.hub
    // An error outside any message has no id and no time by which to know it again.
    const known = (events: unknown[]): unknown[] =>
      events.filter((event) => (event as { kind: string }).kind !== 'value_error')
    expect(known(twice.events)).toEqual(known(straight.events))
  })
})
