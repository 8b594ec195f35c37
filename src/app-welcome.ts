import type { Config } from './platform/config.ts'
import type { Secrets } from './platform/keep-secrets.ts'
import type { Sandbox } from './sandbox/start-sandbox.ts'

/** The addresses and what to do next, for a person at a terminal. */
export function welcomeText(config: Config, secrets: Secrets, sandbox: Sandbox | undefined): string {
  const hub = `http://localhost:${config.port}`
  const lines = [
    '',
    `WhatsApp Commerce Hub is ready: ${hub}`,
    `  JSON API      ${hub}/v1/openapi.json`,
    `  health        ${hub}/readyz   metrics ${hub}/metrics`,
    ...(config.secrets.apiToken === undefined
      ? [`  API token     ${secrets.apiToken}  (kept in ${config.dataDir})`]
      : []),
  ]
  return [
    ...lines,
    ...(sandbox === undefined ? connectedLines(config) : sandboxLines(hub, secrets, sandbox)),
    '',
  ].join('\n')
}

function sandboxLines(hub: string, secrets: Secrets, sandbox: Sandbox): string[] {
  return [
    '',
    '*** SANDBOX: no account is configured, so WhatsApp and WooCommerce are played on this machine. Nobody gets a real message. ***',
    `  sandbox       ${sandbox.url}   (its controls: ${sandbox.url}/control)`,
    '',
    'What to do next:',
    '  npm run demo                     watch half a year of a shop in a minute',
    `  curl -H "Authorization: Bearer ${secrets.apiToken}" ${hub}/v1/products`,
    '  your own accounts                copy .env.example to .env, fill it in, and start again',
  ]
}

function connectedLines(config: Config): string[] {
  return [
    '',
    'What to do next:',
    `  WhatsApp      in Meta's app dashboard, the webhook is ${config.publicUrl}/webhooks/whatsapp`,
    "  npm run hub -- connect           makes the shop's webhooks and the message templates",
    '  npm run hub -- campaigns         which campaigns there are; "campaign on back_in_stock" switches one on',
  ]
}
