import { Problem } from '../../platform/web.ts'
import { noFaults, type WhatsAppFaults } from '../graph/faults.ts'
import type { Template } from '../graph/graph-state.ts'
import { defaultSettings, type WhatsAppSettings } from '../graph/whatsapp-settings.ts'
import type { Fields } from '../read-values.ts'
import type { Control, ControlDeps, Given } from './control.ts'
import { choiceIn, numberIn, optionalTextIn, textIn } from './read-input.ts'

const qualities = ['GREEN', 'YELLOW', 'RED', 'UNKNOWN'] as const
const categories = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const

const template = (path: Readonly<Record<string, string>>): [string, string] => [
  path.name ?? '',
  path.language ?? '',
]

/** Meta: templates, the number, webhooks, and what goes wrong. */
export const metaControls: readonly Control[] = [
  {
    method: 'GET',
    path: '/templates',
    about: 'The templates of the account.',
    run: ({ whatsapp }) => whatsapp.templates(),
  },
  {
    method: 'POST',
    path: '/templates/:name/:language',
    about: '{"status":"PAUSED"}, also reason: what Meta decides about a template.',
    run: ({ whatsapp }, { path, body }) =>
      whatsapp.setTemplateStatus(
        path.name ?? '',
        path.language ?? '',
        textIn(body, 'status'),
        optionalTextIn(body, 'reason'),
      ),
  },
  {
    method: 'GET',
    path: '/faults',
    about: 'What goes wrong at the moment.',
    run: ({ whatsapp }) => whatsapp.faults(),
  },
  {
    method: 'POST',
    path: '/faults',
    about: `Any of ${Object.keys(noFaults).join(', ')}; {"clear":true} ends them all.`,
    run: changeFaults,
  },
  {
    method: 'GET',
    path: '/settings',
    about: 'How the number and Meta’s side of the line are set up.',
    run: ({ whatsapp }) => whatsapp.settings(),
  },
  {
    method: 'POST',
    path: '/settings',
    about: `Any of ${Object.keys(defaultSettings).join(', ')}.`,
    run: changeSettings,
  },
  {
    method: 'GET',
    path: '/traffic',
    about: 'Sends and webhooks counted: refused by code, the worst second, what was sent twice.',
    run: ({ whatsapp }) => whatsapp.traffic(),
  },
  {
    method: 'POST',
    path: '/traffic/forget',
    about: 'Counts from now on.',
    run: ({ whatsapp }) => whatsapp.forgetTraffic(),
  },
  {
    method: 'POST',
    path: '/webhooks/release',
    about: 'Lets held WhatsApp webhooks go.',
    run: ({ whatsapp }) => whatsapp.release(),
  },
  {
    method: 'GET',
    path: '/webhooks/waiting',
    about: 'WhatsApp webhooks that the hub has not acknowledged.',
    run: ({ whatsapp }) => whatsapp.waitingWebhooks(),
  },
  {
    method: 'POST',
    path: '/webhooks/error',
    about: '{"code":130429,"title":"Rate limit hit"}: an error of no message.',
    run: ({ whatsapp }, { body }) => whatsapp.reportsError(numberIn(body, 'code'), textIn(body, 'title')),
  },
  {
    method: 'POST',
    path: '/templates/:name/:language/quality',
    about: '{"quality":"RED"}: how people take a template.',
    run: ({ whatsapp }, { path, body }) =>
      whatsapp.setTemplateQuality(...template(path), choiceIn(body, 'quality', qualities)),
  },
  {
    method: 'POST',
    path: '/templates/:name/:language/category',
    about: '{"category":"UTILITY"}: Meta finds that a template belongs elsewhere.',
    run: ({ whatsapp }, { path, body }) =>
      whatsapp.setTemplateCategory(...template(path), choiceIn(body, 'category', categories)),
  },
  {
    method: 'POST',
    path: '/templates/:name/:language/pacing',
    about: '{"do":"hold"}, then "release" or "drop": quality assessment of a template’s first messages.',
    run: paceTemplate,
  },
  {
    method: 'POST',
    path: '/number/upgrade',
    about: 'The number goes up to 1,000 a second, and takes nothing for a minute.',
    run: ({ whatsapp }) => whatsapp.upgradeThroughput(),
  },
  {
    method: 'POST',
    path: '/number/messaging-limit',
    about: '{"people":2000}, or null: unique people of the portfolio in 24 hours.',
    run: ({ whatsapp }, { body }) =>
      whatsapp.changeMessagingLimit(body.people === null ? null : numberIn(body, 'people')),
  },
  {
    method: 'POST',
    path: '/token',
    about: '{"expired":true}, or false: every call is refused with 190.',
    run: ({ whatsapp }, { body }) => (body.expired === true ? whatsapp.expireToken() : whatsapp.renewToken()),
  },
  {
    method: 'POST',
    path: '/webhooks/fields/:field',
    about: 'The body is the value: account_update, phone_number_quality_update and the like.',
    run: ({ whatsapp }, { path, body }) => whatsapp.sendsField(path.field ?? '', body),
  },
]

function paceTemplate({ whatsapp }: ControlDeps, { path, body }: Given): Template {
  const act = choiceIn(body, 'do', ['hold', 'release', 'drop'])
  return whatsapp[`${act}Template`](...template(path))
}

function changeFaults({ whatsapp }: ControlDeps, { body }: Given): Readonly<WhatsAppFaults> {
  if (body.clear === true) whatsapp.clearFaults()
  else whatsapp.setFaults(knownIn(body, 'fault', noFaults))
  return whatsapp.faults()
}

function changeSettings({ whatsapp }: ControlDeps, { body }: Given): Readonly<WhatsAppSettings> {
  whatsapp.setSettings(knownIn(body, 'setting', defaultSettings))
  return whatsapp.settings()
}

function knownIn<All extends object>(body: Fields, what: string, all: All): Partial<All> {
  const unknown = Object.keys(body).find((name) => !(name in all))
  if (unknown !== undefined) throw new Problem(400, 'invalid_request', `There is no ${what} "${unknown}"`)
  return body as Partial<All>
}
