import { phoneBrowser } from './browse.ts'

/** What the shop's script remembers of how somebody came, for as long as their browser stays open. */
export interface Session {
  startedAt: Date
  entry: string
  pages: number
}

const utmFields = ['campaign', 'source', 'medium', 'content', 'id', 'term'] as const

/**
 * The meta of an order by which WooCommerce tells where its buyer came from (Order Attribution, 8.5 and newer): the last visit that
 * came with utm values, else typed in. What is empty is not written.
 */
export function toOrderAttribution(session: Session | undefined): { key: string; value: string }[] {
  const params = session === undefined ? new URLSearchParams() : new URL(session.entry).searchParams
  const utm = utmFields.map((name) => [`utm_${name}`, params.get(`utm_${name}`) ?? ''] as const)
  const cameByUtm = params.has('utm_source')
  const fields: (readonly [string, string])[] = [
    ['source_type', cameByUtm ? 'utm' : 'typein'],
    ...(cameByUtm ? utm : [['utm_source', '(direct)'] as const]),
    ['session_entry', session?.entry ?? ''],
    ['session_start_time', session === undefined ? '' : toPlainTime(session.startedAt)],
    ['session_pages', session === undefined ? '' : String(session.pages)],
    ['session_count', session === undefined ? '' : '1'],
    ['user_agent', phoneBrowser],
    ['device_type', 'Mobile'],
  ]
  return fields
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ key: `_wc_order_attribution_${name}`, value }))
}

function toPlainTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ')
}
