import type { Tx } from '../platform/database.ts'
import { raiseNotice, resolveNotice } from '../shops/notice-store.ts'
import type { NoticeCode } from '../shops/notices.ts'
import { titleOf, type Template } from './template.ts'

export type OpenMatters = Partial<Record<NoticeCode, Readonly<Record<string, unknown>>>>

const stopped = ['PAUSED', 'DISABLED', 'REJECTED', 'FLAGGED', 'ARCHIVED']

/** What a merchant should know about a template as it is now, with details. Pure. */
export function mattersOf(template: Template): OpenMatters {
  const { status, reason, statusDetails, category, acceptedCategory, quality } = template
  const coming = statusDetails?.comingCategory
  const isMoved = acceptedCategory !== null && acceptedCategory !== category && status !== 'DELETED'
  const isMoving = coming !== undefined && coming !== category && coming !== acceptedCategory
  return {
    ...(stopped.includes(status)
      ? { template_stopped: { status, reason, quality, ...statusDetails } }
      : undefined),
    ...(isMoved || isMoving
      ? {
          template_category_changed: {
            category,
            before: acceptedCategory,
            ...(isMoving ? { coming } : undefined),
          },
        }
      : undefined),
    ...(template.rampHeldAt === null ? undefined : { template_held: { since: template.rampHeldAt } }),
  }
}

const codes = ['template_stopped', 'template_category_changed', 'template_held'] as const

/** Tells of what has come up, and that what is over is over. `before` undefined: not known until now. */
export async function tellOfTemplate(
  tx: Tx,
  before: Template | undefined,
  after: Template,
  now: Date,
): Promise<void> {
  const known = before === undefined ? {} : mattersOf(before)
  const open = mattersOf(after)
  for (const code of codes) {
    const matter = { shopId: after.shopId, code, subject: titleOf(after), now }
    const details = open[code]
    if (details === undefined) {
      if (known[code] !== undefined) await resolveNotice(tx, matter)
    } else if (JSON.stringify(details) !== JSON.stringify(known[code])) {
      await raiseNotice(tx, { ...matter, details })
    }
  }
}
