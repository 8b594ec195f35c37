import type { Clock } from '../../platform/clock.ts'
import type { HttpClient } from '../../platform/http-client.ts'
import { asFields, asList, asText, type Fields } from '../read-values.ts'
import type { GraphState } from './graph-state.ts'
import { isTaken, mediaKinds, type MediaKind } from './media.ts'

// Meta fetches what a message links to after it has accepted the message, and keeps it ten minutes. Here only links that lead to
// this machine are followed: nobody's server is called because somebody plays WhatsApp.

export interface MediaLoader {
  /** 131053 when WhatsApp cannot load what the message shows; at once where that is known without asking. */
  findFault(message: { type: string; content: Fields }): number | undefined | Promise<number | undefined>
}

interface LoaderDeps {
  state: GraphState
  http: HttpClient
  clock: Clock
}

const failed = 131053
const keptMs = 10 * 60 * 1000
const thisMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

export function createMediaLoader({ state, http, clock }: LoaderDeps): MediaLoader {
  const loaded = new Map<string, { atMs: number; isGood: boolean | Promise<boolean> }>()
  const load = async (kind: MediaKind, link: string): Promise<boolean> => {
    const result = await http.request({ method: 'GET', path: link })
    if (result.kind !== 'answered' || result.status !== 200) return false
    const type = result.headers['content-type']?.split(';')[0] ?? ''
    return isTaken(kind, { type, bytes: Number(result.headers['content-length'] ?? 1) })
  }
  const isGoodLink = (kind: MediaKind, link: string): boolean | Promise<boolean> => {
    if (!URL.canParse(link) || !thisMachine.test(new URL(link).hostname)) return true
    const nowMs = clock.now().getTime()
    const known = loaded.get(link)
    if (known !== undefined && nowMs - known.atMs < keptMs) return known.isGood
    const asked = load(kind, link)
    loaded.set(link, { atMs: nowMs, isGood: asked })
    void asked.then((isGood) => loaded.set(link, { atMs: nowMs, isGood }))
    return asked
  }
  return {
    findFault: (message) => {
      const media = mediaOf(message)
      if (media === undefined) return undefined
      const { kind, id, link } = media
      if (id !== undefined) {
        const found = state.media.find(id)
        return found !== undefined && isTaken(kind, found) ? undefined : failed
      }
      const isGood = link === undefined ? true : isGoodLink(kind, link)
      if (typeof isGood === 'boolean') return isGood ? undefined : failed
      return isGood.then((good) => (good ? undefined : failed))
    },
  }
}

/** What a message or the header of its template shows. */
function mediaOf({
  type,
  content,
}: {
  type: string
  content: Fields
}): { kind: MediaKind; id: string | undefined; link: string | undefined } | undefined {
  if (type === 'template') {
    const header = asList(content.components)
      .map((component) => asFields(component) ?? {})
      .find((component) => asText(component.type)?.toLowerCase() === 'header')
    const parameter = asFields(asList(header?.parameters)[0])
    const kind = asText(parameter?.type)?.toLowerCase() ?? ''
    return mediaOf({ type: kind === 'template' ? '' : kind, content: asFields(parameter?.[kind]) ?? {} })
  }
  const kind = mediaKinds.find((one) => one === type)
  return kind && { kind, id: asText(content.id), link: asText(content.link) }
}
