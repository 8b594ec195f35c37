import { z } from 'zod'
import { id, time } from './fields.ts'

export const person = z.strictObject({
  id,
  rootId: id.meta({ description: 'The record that counts, where several turned out to be one person.' }),
  mergedInto: id.nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  language: z.string().nullable(),
  country: z.string().nullable(),
  askedTimeZone: z.string().nullable(),
  sendRegions: z.array(z.string()).meta({
    description:
      'country|zone of each place this person may be in; a send window must be open in all of them.',
  }),
  consent: z.string().meta({ description: 'unknown, pending, opted_in or opted_out' }),
  consentAt: time.nullable(),
  consentSource: z.string().nullable().meta({ description: 'How the consent in force was given.' }),
  tags: z.array(z.string()),
  metaStop: z.boolean().meta({ description: 'Stopped in WhatsApp itself: marketing needs both clear.' }),
  metaStopAt: time.nullable(),
  marketingPausedAt: time.nullable(),
  lastInboundAt: time.nullable(),
  createdAt: time,
  updatedAt: time,
  erasedAt: time.nullable(),
})

export const identity = z.strictObject({
  id,
  personId: id,
  kind: z.string().meta({ description: 'phone, wa_id, bsuid, email or wc_customer' }),
  value: z.string(),
  asGiven: z.string(),
  verified: z.boolean(),
  source: z.string(),
  startedAt: time,
  endedAt: time.nullable(),
  refusals: z.int().meta({
    description:
      'How often in a row WhatsApp could not reach it; from three on it gets no marketing, until the person writes or something arrives.',
  }),
  refusedAt: time.nullable(),
})

export const consentEntry = z.strictObject({
  id,
  personId: id,
  purpose: z.string().meta({ description: 'marketing, alert or meta' }),
  state: z.string(),
  how: z.string(),
  alertId: id.nullable(),
  wording: z.string().nullable(),
  language: z.string().nullable(),
  proof: z.unknown(),
  at: time,
})

export const alert = z.strictObject({
  id,
  personId: id,
  productId: id,
  kind: z.string().meta({ description: 'back_in_stock, price_below or almost_gone' }),
  anyVariation: z.boolean(),
  thresholdMinor: z.int().nullable(),
  source: z.string(),
  wording: z.string().nullable(),
  language: z.string().nullable(),
  askedAt: time,
  expiresAt: time,
  endedAt: time.nullable(),
  endReason: z.string().nullable(),
})

export const view = z.strictObject({
  id,
  personId: id,
  productId: id,
  kind: z.string(),
  source: z.string(),
  priceMinor: z.int().nullable(),
  currency: z.string().nullable(),
  inStock: z.boolean().nullable(),
  at: time,
  receivedAt: time,
})

export const interest = z.strictObject({
  personId: id,
  productId: id,
  firstAt: time,
  lastAt: time,
  lastSoldOutAt: time.nullable(),
  views: z.int(),
  lastPriceMinor: z.int().nullable(),
})
