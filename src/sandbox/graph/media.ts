import { createHash } from 'node:crypto'
import type { Random } from '../../platform/random.ts'
import type { Fields } from '../read-values.ts'
import { invalid, missing } from './check-fields.ts'
import type { GraphState } from './graph-state.ts'
import { readForm } from './read-form.ts'

const megabyte = 1024 * 1024

export const mediaKinds = ['image', 'video', 'audio', 'document', 'sticker'] as const

export type MediaKind = (typeof mediaKinds)[number]

/** What WhatsApp takes (cloud-api reference, media): documents of many kinds, of the others only these. */
const accepted: Readonly<Record<MediaKind, { types: RegExp; maxBytes: number }>> = {
  image: { types: /^image\/(jpeg|png)$/, maxBytes: 5 * megabyte },
  video: { types: /^video\/(mp4|3gpp)$/, maxBytes: 16 * megabyte },
  audio: { types: /^audio\/(aac|amr|mpeg|mp4|ogg)$/, maxBytes: 16 * megabyte },
  document: { types: /^(application|text)\//, maxBytes: 100 * megabyte },
  sticker: { types: /^image\/webp$/, maxBytes: megabyte / 2 },
}

export function isTaken(kind: MediaKind, { type, bytes }: { type: string; bytes: number }): boolean {
  const { types, maxBytes } = accepted[kind]
  return types.test(type) && bytes > 0 && bytes <= maxBytes
}

interface MediaDeps {
  state: GraphState
  random: Random
}

/** POST /{phone number id}/media, multipart/form-data with messaging_product and file. */
export function takeMedia({ state, random }: MediaDeps, raw: Buffer, contentType: string): Fields {
  const form = readForm(raw, contentType)
  if (form.get('messaging_product')?.bytes.toString('utf8') !== 'whatsapp') throw missing('messaging_product')
  const file = form.get('file')
  if (file?.type === undefined) throw missing('file')
  const { type, bytes } = file
  if (!mediaKinds.some((kind) => isTaken(kind, { type, bytes: bytes.length })))
    throw invalid('Param file must be a file of a supported type and size.')
  const id = String(firstId + random.below(firstId))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  state.media.put(id, { id, type, bytes: bytes.length, sha256 })
  return { id }
}

const firstId = 100_000_000_000_000

/** GET /{media id} */
export function renderMedia(
  { state }: Pick<MediaDeps, 'state'>,
  id: string,
  graphUrl: string,
): Fields | undefined {
  const found = state.media.find(id)
  if (found === undefined) return undefined
  return {
    messaging_product: 'whatsapp',
    url: `${graphUrl}/media/${id}`,
    mime_type: found.type,
    sha256: found.sha256,
    file_size: found.bytes,
    id,
  }
}
