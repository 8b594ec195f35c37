import { isNews, timeOfNews, type Said } from '../shops/latest-word.ts'
import type { StatusDetails, TemplateState } from './template.ts'

/** Something that Meta says of a template; a reading is a list of all of them. */
export interface TemplateNews extends Said {
  status?: { name: string; reason: string | null; details: StatusDetails | null }
  category?: string
  quality?: string
  /** Meta will move it there: only told, not done. */
  comingCategory?: string
}

// Two events of one second: the one that stops more is believed, so that their order does not matter.
const ranks = [
  'NOT_MADE',
  'PENDING',
  'IN_APPEAL',
  'UNARCHIVED',
  'APPROVED',
  'FLAGGED',
  'PAUSED',
  'REJECTED',
  'DISABLED',
]
const flaggedForMs = 7 * 86_400_000

/**
 * The same news leave the same state, in whatever order and however often they come: of each of status, quality and category the latest
 * word counts. What follows from it begins at `now`: being usable, and with it the ramp-up.
 */
export function decideTemplateState(before: TemplateState, news: TemplateNews, now: Date): TemplateState {
  const learned = { ...before, ...readStatus(before, news), ...readCategory(before, news) }
  return readQuality(followStatus(before, learned, now), news)
}

function readStatus(before: TemplateState, news: TemplateNews): Partial<TemplateState> {
  const told = news.status
  if (told === undefined) return {}
  const rank = rankOf(told.name) - rankOf(before.status)
  // A message's failure may tell of a pause before the webhook that says more of it.
  const saysMore = rank === 0 && told.details !== null
  if (!isNews(before.statusAt, news, rank > 0 || saysMore)) return {}
  if (news.isReading === true && isStillFlagged(before, news)) return {}
  const isSame = told.name === before.status
  return {
    status: told.name,
    // A list gives reasons of rejections only, and no details: what a webhook told is kept as long as nothing has changed.
    reason: told.reason ?? (isSame && news.isReading === true ? before.reason : null),
    statusDetails: detailsAfter(before, told.details ?? (isSame ? before.statusDetails : null)),
    statusAt: timeOfNews(before.statusAt, news),
  }
}

function detailsAfter({ statusDetails }: TemplateState, details: StatusDetails | null): StatusDetails | null {
  const coming = statusDetails?.comingCategory
  return coming === undefined ? details : { ...details, comingCategory: coming }
}

// Lists show a flagged template as approved; Meta disables or clears it within a week.
function isStillFlagged(before: TemplateState, { status, quality, at }: TemplateNews): boolean {
  if (before.status !== 'FLAGGED' || status?.name !== 'APPROVED' || quality === 'GREEN') return false
  return before.statusAt !== null && at.getTime() - before.statusAt.getTime() < flaggedForMs
}

function rankOf(status: string): number {
  const rank = ranks.indexOf(status)
  return rank === -1 ? ranks.length : rank
}

function readCategory(before: TemplateState, news: TemplateNews): Partial<TemplateState> {
  const told = news.category
  const acceptedCategory = before.acceptedCategory ?? before.category
  if (told === undefined) return { acceptedCategory }
  if (!isNews(before.categoryAt, news, told > before.category)) return { acceptedCategory }
  return { acceptedCategory, category: told, categoryAt: timeOfNews(before.categoryAt, news) }
}

const freshRampUp = { rampStartedAt: null, rampHour: 0, rampSent: 0, rampHeldAt: null }

// Approved, unpaused, reinstated: to Meta it is new again, and may be paced again (templates/template-pacing).
function followStatus(before: TemplateState, after: TemplateState, now: Date): TemplateState {
  if (after.status !== 'APPROVED') return { ...after, usableSince: null, rampHeldAt: null }
  const isNew = before.status !== 'APPROVED' || before.usableSince === null
  return isNew ? { ...after, ...freshRampUp, usableSince: now } : after
}

// Its ramp-up is long over, also should its quality fall again.
const proven = { rampStartedAt: new Date(0), rampHeldAt: null }

function readQuality(state: TemplateState, news: TemplateNews): TemplateState {
  const told = news.quality
  if (told === undefined) return readComing(state, news)
  if (!isNews(state.qualityAt, news, told > (state.quality ?? ''))) return readComing(state, news)
  const qualityAt = timeOfNews(state.qualityAt, news)
  return readComing({ ...state, quality: told, qualityAt, ...(told === 'GREEN' ? proven : {}) }, news)
}

function readComing(state: TemplateState, { comingCategory }: TemplateNews): TemplateState {
  if (comingCategory === undefined) return state
  return { ...state, statusDetails: { ...state.statusDetails, comingCategory } }
}
