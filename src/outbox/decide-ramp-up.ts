import type { ShopSettings } from '../shops/shop-settings.ts'
import type { TemplateState } from './template.ts'

export type RampUpSettings = ShopSettings['sending']['templateRampUp']

export type RampUp =
  /** No limit: it has proved itself, or there is no ramp-up. */
  | { kind: 'open' }
  /** So many more in this hour of its use; the next hour begins at `nextAt`. */
  | { kind: 'steps'; hour: number; sent: number; left: number; nextAt: Date }
  | { kind: 'closed'; reason: 'template_held'; until: Date }

type Ramping = Pick<
  TemplateState,
  'usableSince' | 'quality' | 'rampStartedAt' | 'rampHour' | 'rampSent' | 'rampHeldAt'
>

const hourMs = 3_600_000
/** Meta decides on nearly all held messages within an hour (templates/template-pacing). */
export const heldForMs = hourMs

const longestHours = 168

/** Whether `decideRampUp` could say anything but 'open', under any settings: what is surely past it is not asked for. */
export function mayRampUp(template: Ramping, now: Date): boolean {
  if (template.rampHeldAt !== null) return true
  if (template.quality === 'GREEN') return false
  const startedMs = (template.rampStartedAt ?? now).getTime()
  return now.getTime() < startedMs + longestHours * hourMs
}

/**
 * How much marketing may go with a template that is new to Meta, or new again after a pause: few in the first hour of its use, so that
 * few are lost and few are annoyed if people do not like it, then more, until it has proved itself or a day has passed.
 */
export function decideRampUp(template: Ramping, settings: RampUpSettings, now: Date): RampUp {
  if (template.rampHeldAt !== null && now.getTime() < template.rampHeldAt.getTime() + heldForMs) {
    return {
      kind: 'closed',
      reason: 'template_held',
      until: new Date(template.rampHeldAt.getTime() + heldForMs),
    }
  }
  const startedMs = (template.rampStartedAt ?? now).getTime()
  const hour = Math.max(0, Math.floor((now.getTime() - startedMs) / hourMs))
  if (template.quality === 'GREEN' || hour >= settings.hours) return { kind: 'open' }
  const sent = template.rampHour === hour ? template.rampSent : 0
  // Not liked, but not paused either, or let go on after a pause: it stays with few, without which it could not become better.
  const isSlow = hour === 0 || template.quality === 'RED'
  const allowed = isSlow ? Math.min(settings.firstHour, settings.perHour) : settings.perHour
  const nextAt = new Date(startedMs + (hour + 1) * hourMs)
  return { kind: 'steps', hour, sent, left: Math.max(0, allowed - sent), nextAt }
}
