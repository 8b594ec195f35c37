/** What changes about a template while it lives. `status`, `category` and `quality` are Meta's own words. */
export interface TemplateState {
  /** Besides Meta's: FLAGGED (the last event), and NOT_MADE for one that is still to be made. */
  status: string
  reason: string | null
  quality: string | null
  category: string
  /** The category that was asked for, or that a merchant has said yes to since. */
  acceptedCategory: string | null
  /** When Meta said so, by its clock: what is older comes too late. */
  statusAt: Date | null
  qualityAt: Date | null
  categoryAt: Date | null
  statusDetails: StatusDetails | null
  /** Since when it is APPROVED without a break; null: it is not. */
  usableSince: Date | null
  /** When the first was sent since then, how many in which hour after that, and since when Meta holds back (decide-ramp-up.ts). */
  rampStartedAt: Date | null
  rampHour: number
  rampSent: number
  rampHeldAt: Date | null
}

/** What Meta's webhooks add to a status, for the merchant. */
export interface StatusDetails {
  /** FIRST_PAUSE, SECOND_PAUSE, RATE_LIMITING_PAUSE, UNPAUSE, DISABLED */
  title?: string
  description?: string
  recommendation?: string
  /** Meta has announced to move it to this category. */
  comingCategory?: string
}

/** A template of a WhatsApp account, as far as it is known here. */
export interface Template extends TemplateState {
  id: number
  shopId: number
  wabaId: number
  /** Null: not made yet. */
  metaId: string | null
  name: string
  language: string
  parameterFormat: 'NAMED' | 'POSITIONAL'
  components: Readonly<Record<string, unknown>>[]
  syncedAt: Date
}

/** A variant of the wording has the name of its template and a suffix. */
export function baseNameOf(name: string): string {
  return name.replace(/__.*$/, '')
}

/** What notices about a template name it by. */
export function titleOf({ name, language }: Pick<Template, 'name' | 'language'>): string {
  return `${name} ${language}`
}
