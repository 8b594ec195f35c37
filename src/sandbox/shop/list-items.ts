import { checkParams, readBoolean, toList, type Schema } from './rest-params.ts'
import { readTime } from './shop-dates.ts'

export interface ListItem {
  id: number
  createdMs: number
  modifiedMs: number | null
}

export interface ListRules<Item> {
  /** What can be sorted by, beside date, id and include. */
  orderBys: Readonly<Record<string, (item: Item) => number | string>>
  defaultOrderBy: string
  defaultOrder: 'asc' | 'desc'
  /** Further parameters. */
  schema: Schema
  keeps: (item: Item, query: Query) => boolean
}

/** One value per name; `include[]=1&include[]=2` and `include=1,2` are both lists. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Page<Item> {
  items: Item[]
  total: number
  pages: number
  page: number
}

export function readQuery(parameters: URLSearchParams): Query {
  const query: Record<string, string | readonly string[]> = {}
  for (const [name, value] of parameters) {
    const list = /^(.+?)\[\d*\]$/.exec(name)?.[1]
    if (list === undefined) query[name] = value
    else query[list] = [...toList(query[list] ?? []).map(String), value]
  }
  return query
}

/** Filters, sorts and cuts like WooCommerce's collections: a page past the end is empty, more than 100 a page is refused. */
export function listItems<Item extends ListItem>(
  all: readonly Item[],
  query: Query,
  timeZone: string,
  rules: ListRules<Item>,
): Page<Item> {
  checkParams(query, {
    page: { type: 'integer', min: 1 },
    per_page: { type: 'integer', min: 1, max: 100 },
    offset: { type: 'integer' },
    order: { type: 'enum', values: ['asc', 'desc'] },
    orderby: { type: 'enum', values: ['date', 'id', 'include', ...Object.keys(rules.orderBys)] },
    include: { type: 'ids' },
    exclude: { type: 'ids' },
    after: { type: 'date' },
    before: { type: 'date' },
    modified_after: { type: 'date' },
    modified_before: { type: 'date' },
    dates_are_gmt: { type: 'boolean' },
    ...rules.schema,
  })
  const found = all.filter((item) => isWanted(item, query, timeZone) && rules.keeps(item, query))
  const sorted = sortItems(found, query, rules)
  const perPage = Number(query.per_page ?? 10)
  const page = Number(query.page ?? 1)
  const start = query.offset === undefined ? (page - 1) * perPage : Number(query.offset)
  return {
    items: sorted.slice(start, start + perPage),
    total: found.length,
    pages: Math.ceil(found.length / perPage),
    page,
  }
}

function isWanted(item: ListItem, query: Query, timeZone: string): boolean {
  // Without dates_are_gmt a date is one of the shop's own zone.
  const zone = readBoolean(query.dates_are_gmt) ? 'UTC' : timeZone
  const at = (name: string): number | undefined =>
    typeof query[name] === 'string' ? readTime(query[name], zone) : undefined
  const isBetween = (ms: number, after: number | undefined, before: number | undefined): boolean =>
    (after === undefined || ms > after) && (before === undefined || ms < before)
  return (
    isBetween(item.createdMs, at('after'), at('before')) &&
    isBetween(item.modifiedMs ?? item.createdMs, at('modified_after'), at('modified_before')) &&
    (query.include === undefined || idsOf(query.include).includes(item.id)) &&
    (query.exclude === undefined || !idsOf(query.exclude).includes(item.id))
  )
}

function idsOf(value: string | readonly string[]): number[] {
  return toList(value).map(Number)
}

function sortItems<Item extends ListItem>(
  items: readonly Item[],
  query: Query,
  rules: ListRules<Item>,
): Item[] {
  const orderBy = typeof query.orderby === 'string' ? query.orderby : rules.defaultOrderBy
  const direction = (query.order ?? rules.defaultOrder) === 'asc' ? 1 : -1
  if (orderBy === 'include') {
    const places = idsOf(query.include ?? [])
    return [...items].sort((one, other) => places.indexOf(one.id) - places.indexOf(other.id))
  }
  const common: ListRules<Item>['orderBys'] = { date: ({ createdMs }) => createdMs, id: ({ id }) => id }
  const key = rules.orderBys[orderBy] ?? common[orderBy] ?? common.id
  // Those that came in the same second are told apart by their ids.
  return [...items].sort((one, other) => direction * (compare(key?.(one), key?.(other)) || one.id - other.id))
}

function compare(one: number | string | undefined, other: number | string | undefined): number {
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0
  return Number(one) - Number(other)
}
