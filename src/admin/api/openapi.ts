import { z } from 'zod'
import type { Endpoint } from './endpoint.ts'

type Json = Record<string, unknown>

const problem = {
  type: 'object',
  description: 'RFC 9457',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    faults: {
      type: 'array',
      items: { type: 'object', properties: { where: { type: 'string' }, message: { type: 'string' } } },
    },
  },
}

/** The OpenAPI 3.1 document of the endpoints, made from the schemas that check them. */
export function describeApi(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const one of endpoints) {
    const path = one.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [one.method]: describeEndpoint(one) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'WhatsApp Commerce Hub', version },
    paths,
    components: {
      securitySchemes: {
        apiToken: { type: 'http', scheme: 'bearer' },
        visitorToken: { type: 'apiKey', in: 'header', name: 'X-Visitor-Token' },
      },
      schemas: { Problem: problem },
    },
  }
}

function describeEndpoint(one: Endpoint): Json {
  const security = one.caller === 'token' ? [{ apiToken: [] }] : [{ apiToken: [] }, { visitorToken: [] }]
  const problemAnswer = {
    description: 'A problem',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
  return {
    summary: one.summary,
    tags: [one.tag],
    security,
    parameters: [...parametersOf(one.params, 'path'), ...parametersOf(one.query, 'query'), shopParameter],
    ...(one.body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonOf(one.body, 'input') } }),
    responses: {
      [one.status]: {
        description: 'Done',
        ...answerOf(one),
      },
      default: problemAnswer,
    },
  }
}

function answerOf(one: Endpoint): Json {
  if (one.answer !== undefined) return { content: jsonOf(one.answer, 'output') }
  return one.status === 204 ? {} : { content: { [one.contentType]: {} } }
}

const shopParameter = {
  name: 'shop',
  in: 'query',
  required: false,
  schema: { type: 'string' },
  description: 'The key of the shop; needed only where there are several.',
}

function parametersOf(fields: z.ZodObject | undefined, where: 'path' | 'query'): Json[] {
  if (fields === undefined) return []
  const schema = toSchema(fields, 'input') as { properties?: Record<string, unknown>; required?: string[] }
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (schema.required ?? []).includes(name),
    schema: property,
  }))
}

function jsonOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  return { 'application/json': { schema: toSchema(schema, io) } }
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' })
}
