import type { Fields } from '../read-values.ts'
import { GraphError } from './graph-error.ts'

/** Cursor paging as everywhere in the Graph API: `next` is there only when there is more. */
export function pageOf<Item>(
  items: readonly Item[],
  query: URLSearchParams,
  url: string,
): { data: Item[]; paging: Fields } {
  const limit = readLimit(query.get('limit'))
  const start = query.get('after') === null ? 0 : readCursor(query.get('after') ?? '') + 1
  const data = items.slice(start, start + limit)
  if (data.length === 0) return { data, paging: {} }
  const before = toCursor(start)
  const after = toCursor(start + data.length - 1)
  const hasMore = start + data.length < items.length
  return {
    data,
    paging: { cursors: { before, after }, ...(hasMore ? { next: nextAddress(url, query, after) } : {}) },
  }
}

function readLimit(text: string | null): number {
  const limit = text === null ? 25 : Number(text)
  if (!Number.isInteger(limit) || limit < 1) {
    throw new GraphError(100, undefined, { title: '(#100) Param limit must be a positive number' })
  }
  return Math.min(limit, 250)
}

function toCursor(position: number): string {
  return Buffer.from(`at:${position}`).toString('base64url')
}

function readCursor(cursor: string): number {
  const position = /^at:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (position === undefined) throw new GraphError(100, undefined, { title: '(#100) Invalid cursors values' })
  return Number(position)
}

function nextAddress(url: string, query: URLSearchParams, after: string): string {
  const next = new URLSearchParams(query)
  next.set('after', after)
  return `${url}?${next.toString()}`
}
