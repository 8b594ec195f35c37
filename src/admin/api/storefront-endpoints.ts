import { z } from 'zod'
import { addAlert, endAlerts, findAlertOwner } from '../../people/alerts.ts'
import { setConsent, type ConsentDeps } from '../../people/consent.ts'
import { isNumber } from '../../people/identity.ts'
import { listHoldings } from '../../people/identity-store.ts'
import { loadPerson } from '../../people/person-store.ts'
import { recordViews } from '../../people/record-views.ts'
import { signVisitorToken } from '../../people/visitor-token.ts'
import type { Database, Tx } from '../../platform/database.ts'
import type { Random } from '../../platform/random.ts'
import { Problem } from '../../platform/web.ts'
import type { ShopSettings } from '../../shops/shop-settings.ts'
import { loadShopSettings } from '../../shops/shop-store.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { givenTime, id, idText, language, text, time } from './fields.ts'
import { findCaller, findNamedProduct, invalid, namesProduct, which, who } from './storefront-callers.ts'

export interface StorefrontDeps {
  db: Database
  random: Random
  visitorKey: Buffer
  consent: ConsentDeps
}

const dayMs = 86_400_000
const visitorDays = 180

const view = z
  .strictObject({
    ...who,
    ...which,
    kind: z.enum(['view', 'cart', 'wishlist']).default('view'),
    at: givenTime.optional().meta({ description: 'When it was seen; now, when left out.' }),
    id: text(100)
      .optional()
      .meta({ description: 'The caller’s own id: the same one again is the same view.' }),
  })
  .refine(namesProduct, { path: ['productId'], message: 'name the product: productId, retailerId or sku' })

const alertBody = z
  .strictObject({
    ...who,
    ...which,
    anyVariation: z.boolean().default(false),
    priceBelowMinor: z.int().min(1).optional().meta({
      description:
        'Asks for a price instead of stock: to be told when it costs this or less, in minor units of the shop’s currency.',
    }),
    wording: text(1000).optional(),
    language: language.optional(),
  })
  .refine(namesProduct, { path: ['productId'], message: 'name the product: productId, retailerId or sku' })

const consentBody = z.strictObject({
  phone: who.phone,
  customerId: who.customerId,
  to: z.enum(['opted_in', 'opted_out']),
  wording: text(1000).meta({ description: 'What the person agreed or objected to, as they read it.' }),
  language: language.optional(),
  source: text(100).meta({ description: 'Where: a page, a form, a till.' }),
})

/** What storefronts and the shop's own server tell us. No phone ever stands in an address. */
export function storefrontEndpoints(deps: StorefrontDeps): Endpoint[] {
  return [
    viewsEndpoint(deps),
    visitorsEndpoint(deps),
    alertsEndpoint(deps),
    endAlertEndpoint(deps),
    consentEndpoint(deps),
  ]
}

function viewsEndpoint(deps: StorefrontDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/views',
    summary: 'Somebody looked at a product',
    tag: 'storefront',
    caller: 'storefront',
    body: view,
    status: 202,
    answer: z.strictObject({
      recorded: z.boolean().meta({ description: 'False: this view was known already.' }),
    }),
    handle: ({ shop, caller, body, now }) =>
      deps.db.transaction(async (tx) => {
        const product = await findNamedProduct(tx, shop, body)
        const personId = await findCaller(tx, deps, { shop, caller, body, now })
        const at = body.at === undefined ? now : new Date(body.at)
        if (at.getTime() > now.getTime() + 5 * 60_000) throw invalid('at', 'must not lie in the future')
        const recorded = await recordViews(tx, [
          {
            shopId: shop.id,
            personId,
            productId: product.id,
            kind: body.kind,
            source: caller.kind === 'server' ? 'server' : 'storefront',
            sourceKey:
              body.id === undefined ? `view:${deps.random.token(12)}` : `view:${personId}:${body.id}`,
            priceMinor: product.priceMinor,
            currency: product.currency,
            inStock: product.isInStock,
            isWholeProductSoldOut: !product.isInStock && product.kind !== 'variation',
            at,
            receivedAt: now,
          },
        ])
        return { recorded: recorded > 0 }
      }),
  })
}

function visitorsEndpoint(deps: StorefrontDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/visitors',
    summary: 'A token that links a browser to a person: ask for it on your server, give it to your page',
    tag: 'storefront',
    body: z.strictObject({ phone: who.phone, customerId: who.customerId }),
    status: 201,
    answer: z.strictObject({ visitorToken: z.string(), expiresAt: time }),
    handle: ({ shop, caller, body, now }) =>
      deps.db.transaction(async (tx) => {
        const person = await loadPerson(tx, await findCaller(tx, deps, { shop, caller, body, now }))
        const expiresAt = new Date(now.getTime() + visitorDays * dayMs)
        const visitorToken = signVisitorToken(deps.visitorKey, {
          shopKey: shop.key,
          publicId: person.publicId,
          expiresAt,
        })
        return { visitorToken, expiresAt: expiresAt.toISOString() }
      }),
  })
}

function alertsEndpoint(deps: StorefrontDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/alerts',
    summary: 'Somebody asks to be told when a product is back, or costs no more than they say',
    tag: 'storefront',
    caller: 'storefront',
    body: alertBody,
    status: 201,
    answer: z.strictObject({ alertId: id, isNew: z.boolean() }),
    handle: ({ shop, caller, body, now }) =>
      deps.db.transaction(async (tx) => {
        const product = await findNamedProduct(tx, shop, body)
        const personId = await findCaller(tx, deps, { shop, caller, body, now })
        const settings = await loadShopSettings(tx, shop.id)
        const person = await loadPerson(tx, personId)
        if (person.country === 'US' && !settings.sending.marketingToUs) {
          throw new Problem(
            422,
            'us_marketing_blocked',
            'WhatsApp does not deliver such notices to numbers in the United States',
          )
        }
        return addAlert(tx, {
          shopId: shop.id,
          personId,
          productId: product.id,
          kind: body.priceBelowMinor === undefined ? 'back_in_stock' : 'price_below',
          anyVariation: body.anyVariation,
          thresholdMinor: body.priceBelowMinor ?? null,
          source: caller.kind === 'server' ? 'api' : 'storefront',
          wording: body.wording ?? null,
          language: body.language ?? null,
          now,
          expiresAt: new Date(now.getTime() + settings.interest.alertDays * dayMs),
        })
      }),
  })
}

function endAlertEndpoint(deps: StorefrontDeps): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/v1/alerts/:id',
    summary: 'Somebody no longer wants to be told',
    tag: 'storefront',
    caller: 'storefront',
    params: z.strictObject({ id: idText }),
    status: 204,
    handle: ({ shop, caller, params, now }) =>
      deps.db.transaction(async (tx) => {
        const owner = await findAlertOwner(tx, shop.id, params.id)
        const isOthers = caller.kind === 'visitor' && owner !== caller.personId
        if (owner === undefined || isOthers) {
          throw new Problem(404, 'alert_not_found', 'There is no such alert')
        }
        await endAlerts(tx, { personId: owner, alertId: params.id, reason: 'removed', now })
        return undefined
      }),
  })
}

function consentEndpoint(deps: StorefrontDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/people/consent',
    summary: 'Somebody opted in or out elsewhere: at a till, on a page, by letter',
    tag: 'people',
    body: consentBody,
    answer: z.strictObject({
      personId: id,
      changed: z.boolean(),
      consent: z
        .enum(['opted_in', 'opted_out', 'pending'])
        .meta({ description: 'pending: until the number’s owner writes to the shop.' }),
    }),
    handle: ({ shop, caller, body, now }) =>
      deps.db.transaction(async (tx) => {
        const personId = await findCaller(tx, deps, { shop, caller, body, now })
        const settings = await loadShopSettings(tx, shop.id)
        const to: typeof body.to | 'pending' =
          body.to === 'opted_in' && (await needsProof(tx, personId, settings)) ? 'pending' : body.to
        const { changed } = await setConsent(tx, deps.consent, {
          shopId: shop.id,
          personId,
          to,
          how: 'api',
          wording: body.wording,
          language: body.language ?? null,
          proof: { source: body.source },
          now,
        })
        return { personId, changed, consent: to }
      }),
  })
}

// Where the shop asks for double opt-in, a number that somebody typed is not yet its owner's word.
async function needsProof(tx: Tx, personId: number, settings: ShopSettings): Promise<boolean> {
  const person = await loadPerson(tx, personId)
  if (!settings.consent.doubleOptInCountries.includes(person.country ?? '')) return false
  const identities = await listHoldings(tx, [personId])
  return !identities.some((identity) => isNumber(identity) && identity.verified)
}
