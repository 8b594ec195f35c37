import type { Random } from '../../platform/random.ts'
import type { Fields } from '../read-values.ts'
import { GraphError } from './graph-error.ts'
import type { GraphState } from './graph-state.ts'

// Resumable uploads: an example picture for a template goes up in two calls, and its handle names it in the template.

const types = ['image/jpeg', 'image/jpg', 'image/png', 'video/mp4', 'application/pdf']

/** POST /app/uploads?file_length=…&file_type=… */
export function beginUpload(deps: { state: GraphState; random: Random }, query: URLSearchParams): Fields {
  const bytes = Number(query.get('file_length'))
  const type = query.get('file_type') ?? ''
  if (!Number.isInteger(bytes) || bytes < 1) {
    throw new GraphError(100, undefined, { title: '(#100) The parameter file_length is required.' })
  }
  if (!types.includes(type))
    throw new GraphError(100, undefined, { title: '(#100) The file type is not supported.' })
  const id = `upload:${deps.random.token(18)}`
  deps.state.uploads.put(id, { bytes, type, handle: null })
  return { id }
}

/** POST /upload:… with the bytes. */
export function takeUpload(deps: { state: GraphState; random: Random }, id: string, body: Buffer): Fields {
  const upload = deps.state.uploads.find(id)
  if (upload === undefined)
    throw new GraphError(100, undefined, { title: '(#100) The upload session is not known.' })
  if (body.length !== upload.bytes) {
    throw new GraphError(100, undefined, { title: '(#100) The upload is not as long as announced.' })
  }
  const handle = `4::${deps.random.token(24)}`
  deps.state.uploads.put(id, { ...upload, handle })
  return { h: handle }
}
