import type { z } from 'zod'
import type { Shop } from '../../shops/shop.ts'
import type { Caller } from './caller.ts'

type Fields = z.ZodObject

/** What an endpoint's handler is given: everything read and checked. */
export interface Call<Params, Query, Body> {
  params: Params
  query: Query
  body: Body
  shop: Shop
  caller: Caller
  now: Date
}

/** One endpoint of the API. The routes and the OpenAPI document are both made from these. */
export interface Endpoint {
  method: 'get' | 'post' | 'put' | 'delete'
  /** With Express's `:name` for what varies. */
  path: string
  summary: string
  tag: string
  /** `token`: a server that holds the API token. `storefront`: that, or a browser with a visitor token. */
  caller: 'token' | 'storefront'
  params: Fields | undefined
  /** Without `shop`, which every endpoint takes. */
  query: Fields | undefined
  body: z.ZodType | undefined
  status: number
  /** The JSON of the answer; undefined: bytes, or nothing with 204. */
  answer: z.ZodType | undefined
  /** Of bytes. */
  contentType: string
  handle(call: Call<unknown, unknown, unknown>): Promise<unknown>
}

interface Definition<
  Params extends Fields,
  Query extends Fields,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  method: Endpoint['method']
  path: string
  summary: string
  tag: string
  caller?: Endpoint['caller']
  params?: Params
  query?: Query
  body?: Body
  status?: number
  answer?: Answer
  contentType?: string
  handle: (call: Call<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<z.input<Answer>>
}

/** Ties the handler's types to the schemas: what it reads fits them, and so does what it answers. */
export function endpoint<
  Params extends Fields,
  Query extends Fields,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(definition: Definition<Params, Query, Body, Answer>): Endpoint {
  const { params, query, body, answer, handle, ...rest } = definition
  const defaults = { caller: 'token', status: 200, contentType: 'application/octet-stream' } as const
  return { ...defaults, ...rest, params, query, body, answer, handle: handle }
}
