import type { Connections } from './app-connections.ts'
import type { SharedParts } from './app-parts.ts'
import type { TemplateActions } from './admin/api/template-endpoints.ts'
import { createMissingTemplates, type CreateOptions } from './outbox/create-templates.ts'
import { syncTemplates, type SyncResult } from './outbox/sync-templates.ts'
import type { TemplateDefinitions } from './outbox/template-definition.ts'
import { listTemplatesOfShop } from './outbox/template-store.ts'
import { titleOf } from './outbox/template.ts'
import { isToMake } from './outbox/to-make.ts'
import { unpauseTemplate } from './outbox/unpause-template.ts'
import type { Clock } from './platform/clock.ts'
import { isLoopback } from './platform/config-cross-checks.ts'
import type { Database } from './platform/database.ts'
import { HubError } from './platform/errors.ts'
import type { Actor } from './shops/audit-store.ts'
import { findNumberOfShop, loadNumberOfShop } from './shops/number-store.ts'
import { loadShop } from './shops/shop-store.ts'

export interface TemplateDeps {
  db: Database
  clock: Clock
  connections: Connections
  definitions: TemplateDefinitions
  /** Left out: a running app's sweep finds what waits. */
  wake?: (lane: string) => void
}

/** For what makes templates: where their links lead, and, where WhatsApp is played, where it is. */
export interface CreateDeps extends TemplateDeps {
  publicUrl: string
  graphUrl?: string
}

/** Reads the state of all templates of the shop's account. */
export async function syncTemplatesOfShop(deps: TemplateDeps, shopId: number): Promise<SyncResult> {
  const number = await loadNumberOfShop(deps.db, shopId)
  const api = await deps.connections.cloudApiOf(shopId)
  return syncTemplates({ ...deps, api }, { shopId, wabaId: number.wabaId, wabaMetaId: number.wabaMetaId })
}

/** Makes the templates this product sends at the shop's account, where they are missing; their links lead to `publicUrl`. */
export async function createTemplatesOfShop(
  deps: CreateDeps,
  shopId: number,
  options: CreateOptions = {},
): ReturnType<typeof createMissingTemplates> {
  const number = await loadNumberOfShop(deps.db, shopId)
  const { language, isSandbox } = await loadShop(deps.db, shopId)
  // An approved template's link can hardly be changed, so it must not lead to this machine, unless WhatsApp is played on it as well.
  const isPlayed = isSandbox || (deps.graphUrl !== undefined && isLoopback(new URL(deps.graphUrl).hostname))
  if (!isPlayed && !deps.publicUrl.startsWith('https://'))
    throw new HubError('public_url_missing', `The templates’ links would lead to ${deps.publicUrl}.`, {
      advice: 'Set PUBLIC_URL to the https address under which customers reach this hub.',
    })
  const api = await deps.connections.cloudApiOf(shopId)
  const { wabaId, wabaMetaId } = number
  const account = { shopId, wabaId, wabaMetaId, language, hubUrl: deps.publicUrl }
  return createMissingTemplates({ ...deps, api }, account, deps.definitions, options)
}

/**
 * Syncs, and goes on making what Meta's hourly limits have left. Returns what went wrong, in Meta's words; undefined: nothing, also where the
 * shop has no number and so no templates.
 */
export async function tendTemplatesOfShop(deps: CreateDeps, shopId: number): Promise<unknown> {
  if ((await findNumberOfShop(deps.db, shopId)) === undefined) return undefined
  const toMake = (await listTemplatesOfShop(deps.db, shopId)).filter(isToMake)
  if (toMake.length === 0) {
    const synced = await syncTemplatesOfShop(deps, shopId)
    return synced.kind === 'synced' ? undefined : synced
  }
  const made = await createTemplatesOfShop(deps, shopId, { only: new Set(toMake.map(titleOf)) })
  return 'created' in made ? (made.stopped ?? undefined) : made
}

/** Asks Meta to let a paused template go on, then reads what has become of it. */
export async function unpauseTemplateOfShop(
  deps: TemplateDeps,
  which: { shopId: number; templateId: number },
  by: Actor,
): Promise<void> {
  const api = await deps.connections.cloudApiOf(which.shopId)
  await unpauseTemplate({ ...deps, api }, which, by)
  await syncTemplatesOfShop(deps, which.shopId)
}

/** What the API does with the templates of a shop. */
export function createTemplateActions(parts: SharedParts): TemplateActions {
  const deps = { ...parts, wake: parts.lanes.wake }
  return {
    definitions: parts.definitions,
    sync: (shopId) => syncTemplatesOfShop(deps, shopId),
    create: (shopId, options) =>
      createTemplatesOfShop(
        { ...deps, publicUrl: parts.publicUrl(), graphUrl: parts.graph.url },
        shopId,
        options,
      ),
    unpause: (which, by) => unpauseTemplateOfShop(deps, which, by),
  }
}
