import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { checkInput } from './check-input.ts'
import { Problem, tooLarge } from './problem.ts'

/** The bytes as they came, for a signature is over those. Throws a Problem: 413 above the limit, 400 when cut off, 415 when compressed. */
export async function readRawBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem(415, 'encoded_body', 'A compressed body is not taken')
  }
  if (Number(request.headers['content-length'] ?? 0) > limitBytes * readOnFactor) throw tooLarge(limitBytes)
  return collect(request, limitBytes)
}

// Answering while the sender still sends breaks the connection, and it may never see the 413. So what is somewhat too large is
// read to its end and thrown away; only what is far too large is cut off.
const readOnFactor = 4

/** Listeners and not `for await`, which destroys the connection on leaving early. */
function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= limitBytes) chunks.push(chunk)
      else chunks = []
      if (length > limitBytes * readOnFactor) reject(tooLarge(limitBytes))
    })
    request.once('end', () => {
      const [only] = chunks
      if (length > limitBytes) reject(tooLarge(limitBytes))
      else resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks))
    })
    const cutOff = (): void => {
      reject(new Problem(400, 'cut_off', 'The request body was cut off'))
    }
    request.once('aborted', cutOff)
    request.once('error', cutOff)
  })
}

const jsonLimitBytes = 256 * 1024

/** A JSON body that fits the schema, or a Problem that names each field that does not. */
export async function readJson<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
  limitBytes = jsonLimitBytes,
): Promise<z.output<Schema>> {
  const body = await readRawBody(request, limitBytes)
  return parseInput(parseJson(body), schema)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new Problem(400, 'bad_json', 'The request body is not valid JSON')
  }
}

/** For bodies and queries alike. `where` in the faults is the path to the field, such as `items.0.sku`. */
export function parseInput<Schema extends z.ZodType>(input: unknown, schema: Schema): z.output<Schema> {
  const read = checkInput(input, schema)
  if (read.kind === 'good') return read.value
  throw new Problem(400, 'invalid_request', 'The request does not fit', { faults: read.faults })
}
