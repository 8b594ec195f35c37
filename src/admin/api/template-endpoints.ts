import { z } from 'zod'
import { campaignKinds, isCampaignKind, kindOf } from '../../campaigns/campaign-kinds.ts'
import { sentenceOf } from '../../campaigns/reasons.ts'
import type { Refusal, Unknown } from '../../connectors/meta/graph-answer.ts'
import { acceptCategory } from '../../outbox/accept-category.ts'
import type { CreateOptions, CreateResult } from '../../outbox/create-templates.ts'
import { decideRampUp, type RampUpSettings } from '../../outbox/decide-ramp-up.ts'
import { findProblem } from '../../outbox/decide-template.ts'
import type { SyncResult } from '../../outbox/sync-templates.ts'
import type { TemplateDefinitions } from '../../outbox/template-definition.ts'
import { listTemplatesOfShop } from '../../outbox/template-store.ts'
import { baseNameOf, type Template } from '../../outbox/template.ts'
import type { Database } from '../../platform/database.ts'
import { Problem } from '../../platform/web.ts'
import type { Actor } from '../../shops/audit-store.ts'
import { loadShopSettings } from '../../shops/shop-store.ts'
import { actorOf } from './actor.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText, time } from './fields.ts'
import { orProblem } from './refusals.ts'

/** What is done about templates with WhatsApp. */
export interface TemplateActions {
  definitions: TemplateDefinitions
  sync: (shopId: number) => Promise<SyncResult>
  create: (shopId: number, options: CreateOptions) => Promise<CreateResult | Refusal | Unknown>
  unpause: (which: { shopId: number; templateId: number }, by: Actor) => Promise<void>
}

export interface TemplateEndpointDeps {
  db: Database
  wake: (lane: string) => void
  templates: TemplateActions
}

const template = z.strictObject({
  id,
  name: z.string(),
  language: z.string(),
  status: z.string().meta({
    description: 'In Meta’s words: APPROVED, PAUSED, …; FLAGGED: people complain; NOT_MADE: still to be made',
  }),
  reason: z.string().nullable().meta({ description: 'Meta’s, or the code of the refusal that stopped it' }),
  details: z
    .strictObject({
      title: z.string().optional(),
      description: z.string().optional(),
      recommendation: z.string().optional(),
      comingCategory: z.string().optional(),
    })
    .nullable()
    .meta({ description: 'What Meta says of a pause (FIRST_PAUSE, RATE_LIMITING_PAUSE, …) or a rejection' }),
  quality: z.string().nullable(),
  category: z.string(),
  acceptedCategory: z.string().nullable(),
  problem: z.string().nullable().meta({ description: 'Why it cannot be sent now' }),
  problemText: z.string().nullable(),
  usableSince: time.nullable(),
  rampUp: z
    .strictObject({
      kind: z.enum(['open', 'steps', 'closed']),
      sentThisHour: z.int(),
      leftThisHour: z.int().nullable().meta({ description: 'Null: no limit, or none may go' }),
      until: time.nullable().meta({ description: 'When the next step begins' }),
    })
    .nullable(),
  campaigns: z.array(z.string()).meta({ description: 'The kinds of campaigns that go with it' }),
  syncedAt: time,
})

const named = z.strictObject({ name: z.string(), language: z.string() })
const told = named.extend({ code: z.int().nullable(), details: z.string() })
const params = z.strictObject({ id: idText })

export function templateEndpoints(deps: TemplateEndpointDeps): Endpoint[] {
  return [
    listEndpoint(deps),
    syncEndpoint(deps),
    createEndpoint(deps),
    unpauseEndpoint(deps),
    acceptEndpoint(deps),
  ]
}

function listEndpoint({ db, templates }: TemplateEndpointDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/templates',
    summary: 'The templates of the shop’s WhatsApp account: their state, and why some cannot go',
    tag: 'templates',
    query: z.strictObject({ name: z.string().optional(), status: z.string().optional() }),
    answer: z.strictObject({ items: z.array(template) }),
    handle: async ({ shop, query, now }) => {
      const { sending } = await loadShopSettings(db, shop.id)
      const all = await listTemplatesOfShop(db, shop.id)
      const wanted = all.filter(
        ({ name, status }) => name === (query.name ?? name) && status === (query.status ?? status),
      )
      const about = { settings: sending.templateRampUp, definitions: templates.definitions, now }
      return { items: wanted.map((one) => show(one, about)) }
    },
  })
}

function show(
  one: Template,
  about: { settings: RampUpSettings; definitions: TemplateDefinitions; now: Date },
) {
  const problem = findProblem(one, about.definitions) ?? null
  return {
    id: one.id,
    name: one.name,
    language: one.language,
    status: one.status,
    reason: one.reason,
    details: one.statusDetails,
    quality: one.quality,
    category: one.category,
    acceptedCategory: one.acceptedCategory,
    problem,
    problemText: problem === null ? null : sentenceOf(problem),
    usableSince: one.usableSince?.toISOString() ?? null,
    rampUp: problem === null ? showRampUp(one, about.settings, about.now) : null,
    campaigns: campaignsOf(one.name),
    syncedAt: one.syncedAt.toISOString(),
  }
}

function showRampUp(one: Template, settings: RampUpSettings, now: Date) {
  const ramp = decideRampUp(one, settings, now)
  switch (ramp.kind) {
    case 'open':
      return { kind: ramp.kind, sentThisHour: 0, leftThisHour: null, until: null }
    case 'closed':
      return { kind: ramp.kind, sentThisHour: 0, leftThisHour: null, until: ramp.until.toISOString() }
    case 'steps':
      return {
        kind: ramp.kind,
        sentThisHour: ramp.sent,
        leftThisHour: ramp.left,
        until: ramp.nextAt.toISOString(),
      }
  }
}

/** Kinds of campaigns that go with a template or a variant of it. */
export function campaignsOf(name: string): string[] {
  const base = baseNameOf(name)
  return Object.keys(campaignKinds).filter(
    (kind) => isCampaignKind(kind) && kindOf(kind).templates.includes(base),
  )
}

function syncEndpoint({ templates }: TemplateEndpointDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/templates/sync',
    summary: 'Reads the state of all templates from WhatsApp',
    tag: 'templates',
    answer: z.strictObject({ templates: z.int() }),
    handle: ({ shop }) =>
      orProblem(async () => {
        const result = await templates.sync(shop.id)
        if (result.kind !== 'synced') throw notAnswered(result)
        return { templates: result.templates }
      }),
  })
}

function createEndpoint({ templates }: TemplateEndpointDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/templates/create',
    summary:
      'Makes missing templates at WhatsApp, some at a time: called again until `left` is empty, it has made all',
    tag: 'templates',
    body: z.strictObject({ limit: z.int().min(1).max(200).default(25) }),
    answer: z.strictObject({
      created: z.array(named),
      failed: z.array(told),
      left: z.array(named).meta({ description: 'Still to be made; the hub goes on by itself, once an hour' }),
      stopped: told.nullable().meta({ description: 'Why it stopped early, in Meta’s words' }),
      outdated: z.array(named.extend({ differs: z.enum(['link', 'text']) })),
    }),
    handle: ({ shop, body }) =>
      orProblem(async () => {
        const result = await templates.create(shop.id, { limit: body.limit })
        if (!('created' in result)) throw notAnswered(result)
        return result
      }),
  })
}

function notAnswered(result: Refusal | Unknown): Problem {
  const detail = result.kind === 'refused' ? result.details : result.reason
  return new Problem(503, 'whatsapp_unavailable', 'WhatsApp did not do it', { detail })
}

function unpauseEndpoint({ templates }: TemplateEndpointDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/templates/:id/unpause',
    summary:
      'Asks WhatsApp to let a template go on that its pacing has paused; one that is flagged goes on at once',
    tag: 'templates',
    params,
    answer: z.strictObject({ id, unpaused: z.literal(true) }),
    handle: ({ shop, params: { id: templateId }, now }) =>
      orProblem(async () => {
        await templates.unpause({ shopId: shop.id, templateId }, actorOf(now))
        return { id: templateId, unpaused: true as const }
      }),
  })
}

function acceptEndpoint({ db, wake, templates }: TemplateEndpointDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/templates/:id/accept-category',
    summary:
      'Says yes to the category that Meta has moved a template to; campaigns go on where it is MARKETING',
    tag: 'templates',
    params,
    answer: z.strictObject({ id, acceptedCategory: z.string() }),
    handle: ({ shop, params: { id: templateId }, now }) =>
      orProblem(async () => {
        const deps = { wake, definitions: templates.definitions }
        const which = { shopId: shop.id, templateId }
        const accepted = await db.transaction((tx) => acceptCategory(tx, deps, which, actorOf(now)))
        return { id: templateId, acceptedCategory: accepted.category }
      }),
  })
}
