import type { HttpClient, HttpResult } from '../../platform/http-client.ts'
import { readAnswer, type Answer, type Call, type Refusal, type Unknown } from './graph-answer.ts'
import { uploadMedia, type MediaFile, type UploadedMedia } from './media-api.ts'
import { asList, asObject, asText, type JsonObject } from './read-json.ts'
import {
  createTemplate,
  listTemplates,
  unpauseTemplate,
  uploadExample,
  type CreatedTemplate,
  type ExampleFile,
  type ListedTemplates,
  type NewTemplate,
  type UnpausedTemplate,
  type UploadedExample,
} from './template-api.ts'
import { toWire, type OutgoingMessage } from './wire-message.ts'

export interface CloudApiOptions {
  /** Its base address is the Graph API's, without a version. */
  http: HttpClient
  accessToken: string
  /** For instance `v25.0`. */
  version: string
}

export interface Accepted {
  kind: 'accepted'
  wamid: string
  /** The number as WhatsApp spells it; it may differ from the one asked for (Brazil, Mexico). */
  waId: string | undefined
  userId: string | undefined
  /** Of templates: `accepted`, `held_for_quality_assessment`, `paused`. */
  messageStatus: string | undefined
}

export type SendResult = Accepted | Refusal | Unknown

export interface NumberInfo {
  kind: 'loaded'
  displayPhoneNumber: string | undefined
  verifiedName: string | undefined
  quality: string | undefined
  /** 20 for a number that is also in the WhatsApp Business app, else by `throughput`; undefined where Meta does not say. */
  ratePerSecond: number | undefined
  /** Used in the WhatsApp Business app as well (coexistence). */
  isInBusinessApp: boolean
  /** `TIER_250`, `TIER_2K`, …: of the portfolio. */
  messagingLimit: string | undefined
}

export interface CloudApi {
  /** Never throws. Sending again may send twice: Meta knows no key that would make it one. */
  send(phoneNumberId: string, message: OutgoingMessage): Promise<SendResult>
  listTemplates(wabaId: string): Promise<ListedTemplates>
  createTemplate(wabaId: string, template: NewTemplate): Promise<CreatedTemplate>
  unpauseTemplate(templateId: string): Promise<UnpausedTemplate>
  uploadExample(file: ExampleFile): Promise<UploadedExample>
  /** Media that many messages show is better uploaded once: Meta needs not load it for each, and keeps it for 30 days. */
  uploadMedia(phoneNumberId: string, file: MediaFile): Promise<UploadedMedia>
  loadNumber(phoneNumberId: string): Promise<NumberInfo | Refusal | Unknown>
}

export function createCloudApi({ http, accessToken, version }: CloudApiOptions): CloudApi {
  const call: Call = (request) => {
    const headers = { authorization: `Bearer ${accessToken}`, ...request.headers }
    return http.request({ ...request, path: `/${version}${request.path}`, headers })
  }
  return {
    send: async (phoneNumberId, message) =>
      readSent(
        await call({
          method: 'POST',
          path: `/${phoneNumberId}/${message.endpoint?.kind ?? 'messages'}`,
          body: toWire(message),
        }),
      ),
    listTemplates: (wabaId) => listTemplates(call, wabaId),
    createTemplate: (wabaId, template) => createTemplate(call, wabaId, template),
    unpauseTemplate: (templateId) => unpauseTemplate(call, templateId),
    uploadExample: (file) => uploadExample(call, accessToken, file),
    uploadMedia: (phoneNumberId, file) => uploadMedia(call, phoneNumberId, file),
    loadNumber: (phoneNumberId) => loadNumber(call, phoneNumberId),
  }
}

const plainFields =
  'display_phone_number,verified_name,quality_rating,throughput,whatsapp_business_manager_messaging_limit'
// From memory: no page that was read for this names the field, and a version of the API that does not know it refuses the whole request.
const allFields = `${plainFields},is_on_biz_app`
const badParameter = 100

async function loadNumber(call: Call, phoneNumberId: string): Promise<NumberInfo | Refusal | Unknown> {
  const ask = async (fields: string): Promise<Answer> =>
    readAnswer(await call({ method: 'GET', path: `/${phoneNumberId}`, query: { fields } }))
  const whole = await ask(allFields)
  const isUnknownField = whole.kind === 'refused' && whole.code === badParameter
  const answer = isUnknownField ? await ask(plainFields) : whole
  return answer.kind === 'answered' ? readNumber(answer.body) : answer
}

function readSent(result: HttpResult): SendResult {
  const answer = readAnswer(result)
  if (answer.kind !== 'answered') return answer
  const message = asObject(asList(answer.body.messages)?.[0])
  const contact = asObject(asList(answer.body.contacts)?.[0])
  const wamid = asText(message?.id)
  if (wamid === undefined) return { kind: 'unknown', reason: 'answered without a message id' }
  return {
    kind: 'accepted',
    wamid,
    waId: asText(contact?.wa_id),
    userId: asText(contact?.user_id),
    messageStatus: asText(message?.message_status),
  }
}

function readNumber(body: JsonObject): NumberInfo {
  const isInBusinessApp = body.is_on_biz_app === true
  const level = asText(asObject(body.throughput)?.level)
  return {
    kind: 'loaded',
    displayPhoneNumber: asText(body.display_phone_number),
    verifiedName: asText(body.verified_name),
    quality: asText(body.quality_rating),
    ratePerSecond: isInBusinessApp ? coexistenceRate : rateOf(level),
    isInBusinessApp,
    messagingLimit: asText(body.whatsapp_business_manager_messaging_limit),
  }
}

// Messages a second, in and out (throughput).
const coexistenceRate = 20

function rateOf(level: string | undefined): number | undefined {
  switch (level) {
    case 'HIGH':
      return 1000
    case 'STANDARD':
      return 80
    default:
      return undefined
  }
}
