import type { HttpClient } from '../../platform/http-client.ts'

export const phoneBrowser =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
/** Fetches a page to draw its preview in the chat; nobody sees what it fetches. */
export const previewFetcher = 'WhatsApp/2.25.18.78 A'

const mostRedirects = 5

export interface Landing {
  /** The address at which the redirects ended. */
  url: string
  /** Null: nobody answered. */
  status: number | null
}

/** Opens an address as a browser does, following its redirects. */
export async function browse(http: HttpClient, address: string, userAgent: string): Promise<Landing> {
  let url = address
  for (let hops = 0; ; hops++) {
    const answer = await http.request({
      method: 'GET',
      path: url,
      headers: { 'user-agent': userAgent, accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    })
    if (answer.kind !== 'answered') return { url, status: null }
    const { location } = answer.headers
    if (answer.status < 300 || answer.status > 399 || location === undefined || hops === mostRedirects)
      return { url, status: answer.status }
    url = new URL(location, url).href
  }
}
