import { readAnswer, type Call, type Refusal, type Unknown } from './graph-answer.ts'
import { asText } from './read-json.ts'

export interface MediaFile {
  name: string
  /** MIME type */
  type: string
  bytes: Buffer
}

export type UploadedMedia = { kind: 'uploaded'; mediaId: string } | Refusal | Unknown

/** POST /{phone number id}/media; the id may be sent by this number as often as one likes. */
export async function uploadMedia(
  call: Call,
  phoneNumberId: string,
  file: MediaFile,
): Promise<UploadedMedia> {
  const body = new FormData()
  body.set('messaging_product', 'whatsapp')
  body.set('type', file.type)
  body.set('file', new Blob([new Uint8Array(file.bytes)], { type: file.type }), file.name)
  const answer = readAnswer(await call({ method: 'POST', path: `/${phoneNumberId}/media`, body }))
  if (answer.kind !== 'answered') return answer
  const mediaId = asText(answer.body.id)
  return mediaId === undefined
    ? { kind: 'unknown', reason: 'answered without a media id' }
    : { kind: 'uploaded', mediaId }
}
