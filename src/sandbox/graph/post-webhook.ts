import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

export interface WebhookPost {
  url: string
  headers: Readonly<Record<string, string>>
  /** Pure ASCII. */
  body: string
}

export interface WebhookPoster {
  /** The status, or null: refused, cut off, or not answered in time. Never rejects. */
  post(webhook: WebhookPost): Promise<number | null>
  close(): void
}

/** Thousands of deliveries a second with connections that are kept; nothing of the answer is read but its status. */
export function createWebhookPoster(timeoutMs: number): WebhookPoster {
  const httpAgent = new HttpAgent({ keepAlive: true })
  const httpsAgent = new HttpsAgent({ keepAlive: true })
  const begin = (url: URL, headers: Record<string, string>): ClientRequest =>
    url.protocol === 'https:'
      ? httpsRequest(url, { method: 'POST', headers, agent: httpsAgent })
      : httpRequest(url, { method: 'POST', headers, agent: httpAgent })
  let last = new URL('http://localhost')
  const addressOf = (url: string): URL => (last.href === url ? last : (last = new URL(url)))
  return {
    post: ({ url, headers, body }) =>
      new Promise((resolve) => {
        const request = begin(addressOf(url), { ...headers, 'content-length': String(body.length) })
        const timer = setTimeout(() => request.destroy(), timeoutMs)
        const end = (status: number | null): void => {
          clearTimeout(timer)
          resolve(status)
        }
        request.once('response', (response) => {
          response.resume()
          response.once('end', () => end(response.statusCode ?? null))
          response.once('close', () => end(null))
        })
        request.once('error', () => end(null))
        request.once('close', () => end(null))
        // One write with its head.
        request.end(body, 'latin1')
      }),
    close: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}
