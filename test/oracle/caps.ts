import type { CapSettings } from '../../src/shops/shop-settings.ts'
import { hasOpenAlert, messagesOf } from './people.ts'
import { dayMs, hourMs, type Message, type Moment, type World } from './world.ts'

interface Rule {
  reason: 'cap_7d' | 'cap_30d' | 'cap_24h'
  windowMs: number
  /** How many of these the window may hold besides the new one. */
  others: number
  counts: (message: Message) => boolean
}

const everyMessage = (): boolean => true
const alertsOnly = (message: Message): boolean => message.purpose === 'alert'
const campaignsOnly = (message: Message): boolean => message.purpose === 'campaign'

const weekOf = (caps: CapSettings): Rule => ({
  reason: 'cap_7d',
  windowMs: caps.campaignEveryDays * dayMs,
  others: 0,
  counts: everyMessage,
})

const monthOf = (most: number, counts: Rule['counts']): Rule => ({
  reason: 'cap_30d',
  windowMs: 30 * dayMs,
  others: most - 1,
  counts,
})

/** A campaign message needs no counted message in the 7 days before it and fewer than 4 in 30 days; with an open alert, campaigns may use 3 of the 4. */
function campaignRules(caps: CapSettings, isAlertOpen: boolean): Rule[] {
  const rules = [weekOf(caps), monthOf(caps.messagesPer30Days, everyMessage)]
  return isAlertOpen ? [...rules, monthOf(caps.campaignsPer30DaysWithOpenAlert, campaignsOnly)] : rules
}

/** An alert needs no alert in 24 h and fewer than 4 counted messages in 30 days; the literal rule, if the shop wants it, the 7 days as well. */
function alertRules(caps: CapSettings): Rule[] {
  const day: Rule = {
    reason: 'cap_24h',
    windowMs: caps.alertEveryHours * hourMs,
    others: 0,
    counts: alertsOnly,
  }
  const month = monthOf(caps.messagesPer30Days, everyMessage)
  return caps.alertsSkip7Days ? [day, month] : [day, weekOf(caps), month]
}

export type CapAnswer = { isFree: true } | { isFree: false; reason: Rule['reason']; freeAt: Moment | null }

export interface CapQuestion {
  purpose: 'alert' | 'campaign'
  isAlertOpen: boolean
  caps: CapSettings
  /** The person's counted messages. */
  messages: readonly Message[]
}

/** May one more message go at this time? If not: which rule holds it up longest, and when that is over. */
export function askCaps(question: CapQuestion, now: Moment): CapAnswer {
  const rules =
    question.purpose === 'campaign'
      ? campaignRules(question.caps, question.isAlertOpen)
      : alertRules(question.caps)
  let longest: { reason: Rule['reason']; freeAt: Moment } | undefined
  for (const rule of rules) {
    const freeAt = whenFree(rule, question.messages, now)
    if (freeAt > now && (longest === undefined || freeAt > longest.freeAt))
      longest = { reason: rule.reason, freeAt }
  }
  if (longest === undefined) return { isFree: true }
  return {
    isFree: false,
    reason: longest.reason,
    freeAt: Number.isFinite(longest.freeAt) ? longest.freeAt : null,
  }
}

/** Windows are half-open: a message exactly as long ago as the window is long no longer counts. What is reserved for later does. */
function isFreeAt(rule: Rule, messages: readonly Message[], at: Moment): boolean {
  const inWindow = messages.filter(
    (message) => rule.counts(message) && message.countedAt !== null && message.countedAt > at - rule.windowMs,
  )
  return inWindow.length <= rule.others
}

/** A rule can only become free at the moment a message leaves its window: the first such moment that is free. */
function whenFree(rule: Rule, messages: readonly Message[], now: Moment): Moment {
  const moments = messages
    .flatMap((message) => (message.countedAt === null ? [] : [message.countedAt + rule.windowMs]))
    .filter((moment) => moment > now)
    .sort((first, second) => first - second)
  return [now, ...moments].find((moment) => isFreeAt(rule, messages, moment)) ?? Number.POSITIVE_INFINITY
}

/** The caps of one person, as if some of the messages were not there. No cap looks back further than 60 days. */
export function askCapsOf(
  world: World,
  about: { rootId: number; purpose: 'alert' | 'campaign'; without?: readonly Message[] },
  now: Moment,
): CapAnswer {
  return askCaps(
    {
      purpose: about.purpose,
      isAlertOpen: hasOpenAlert(world, about.rootId, now),
      caps: world.shop.settings.caps,
      messages: messagesOf(world, about.rootId).filter(
        (message) =>
          message.countedAt !== null &&
          message.countedAt > now - 60 * dayMs &&
          about.without?.includes(message) !== true,
      ),
    },
    now,
  )
}
