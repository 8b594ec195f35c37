import { spawn, type ChildProcess } from 'node:child_process'
import { firstLineOf } from '../../bench/support/processes.ts'

/** What the sandbox's own program says of itself when it listens. */
interface Greeting {
  url: string
  graphUrl: string
  storeUrl: string
  credentials: {
    whatsapp: Record<'accessToken' | 'appSecret' | 'verifyToken' | 'phoneNumberId' | 'wabaId', string>
    woo: Record<'consumerKey' | 'consumerSecret' | 'webhookSecret', string>
  }
}

/** WhatsApp and a shop, played in a process of their own, so that they go on when the hub is killed. */
export interface PlayedProcess extends Greeting {
  child: ChildProcess
  /** What a test does to them: a POST where there is a body. */
  control: <T>(path: string, body?: unknown) => Promise<T>
}

export async function startPlayedProcess(
  hubUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PlayedProcess> {
  const own = { SANDBOX_PORT: '0', SANDBOX_WEBHOOKS: 'sync', PUBLIC_URL: hubUrl }
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/sandbox/main.ts'], {
    env: { ...process.env, ...own, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const greeting = JSON.parse(await firstLineOf(child)) as Greeting
  const control = async <T>(path: string, body?: unknown): Promise<T> => {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${greeting.url}/control${path}`, request)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  return { ...greeting, child, control }
}

/** A hub's environment that leads to them, for a shop in Portugal. */
export function connectionsTo({ graphUrl, storeUrl, credentials }: Greeting): Record<string, string> {
  const { whatsapp, woo } = credentials
  return {
    WHATSAPP_GRAPH_URL: graphUrl,
    WHATSAPP_ACCESS_TOKEN: whatsapp.accessToken,
    WHATSAPP_APP_SECRET: whatsapp.appSecret,
    WHATSAPP_VERIFY_TOKEN: whatsapp.verifyToken,
    WHATSAPP_PHONE_NUMBER_ID: whatsapp.phoneNumberId,
    WHATSAPP_BUSINESS_ACCOUNT_ID: whatsapp.wabaId,
    WOOCOMMERCE_STORE_URL: storeUrl,
    WOOCOMMERCE_CONSUMER_KEY: woo.consumerKey,
    WOOCOMMERCE_CONSUMER_SECRET: woo.consumerSecret,
    WOOCOMMERCE_WEBHOOK_SECRET: woo.webhookSecret,
    SHOP_TIMEZONE: 'Europe/Lisbon',
    SHOP_CURRENCY: 'EUR',
    SHOP_COUNTRY: 'PT',
    SHOP_LANGUAGE: 'en',
  }
}
