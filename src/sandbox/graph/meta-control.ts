import { HubError } from '../../platform/errors.ts'
import type { Fields } from '../read-values.ts'
import type { Template } from './graph-state.ts'
import { ownNumber } from './graph-state.ts'
import type { MetaWebhooks } from './meta-webhooks.ts'
import { tierOf } from './portfolio-limit.ts'
import type { SendDeps } from './send-deps.ts'
import { dropTemplate, holdTemplate, releaseTemplate } from './template-pacing.ts'
import { setTemplateCategory, setTemplateQuality, setTemplateStatus } from './template-states.ts'
import type { TrafficReport } from './traffic.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

/** What Meta does behind its API to the account, its number and its templates. Each sends the webhooks that follow from it. */
export interface MetaControl {
  settings(): Readonly<WhatsAppSettings>
  setSettings(change: Partial<WhatsAppSettings>): void
  templates(): Template[]
  setTemplateStatus(name: string, language: string, status: string, reason?: string): Template
  /** GREEN, YELLOW, RED or UNKNOWN. */
  setTemplateQuality(name: string, language: string, quality: string): Template
  setTemplateCategory(name: string, language: string, category: string): Template
  /** Sends are held for quality assessment until they are released, or dropped with the template paused. */
  holdTemplate(name: string, language: string): Template
  releaseTemplate(name: string, language: string): Template
  dropTemplate(name: string, language: string): Template
  /** To 1,000 a second, with a minute in which nothing can be sent. */
  upgradeThroughput(): void
  /** Null: unlimited. */
  changeMessagingLimit(limit: number | null): void
  /** Any webhook with its time in the entry: account_update, phone_number_quality_update and the like. */
  sendsField(field: string, value: Fields): void
  /** 190 from now on. */
  expireToken(): void
  /** The token is good again, or another one is. */
  renewToken(token?: string): void
  traffic(): TrafficReport & { webhooks: ReturnType<MetaWebhooks['counts']> }
  forgetTraffic(): void
}

const upgradeMs = 60_000

export function createMetaControl(deps: SendDeps & { account: { accessToken: string } }): MetaControl {
  const of = (name: string, language: string): Template => loadTemplate(deps, name, language)
  const sendsField = (field: string, value: Fields): void => {
    deps.webhooks.enqueue({ field, value, timeS: Math.floor(deps.clock.now().getTime() / 1_000) })
  }
  const tellLimit = (): void => {
    const tier = tierOf(deps.settings.messagingLimit)
    sendsField('business_capability_update', { max_daily_conversations_per_business: tier })
  }
  return {
    settings: () => deps.settings,
    setSettings: (change) => void Object.assign(deps.settings, change),
    templates: () => deps.state.templates.all(),
    setTemplateStatus: (name, language, status, reason) =>
      setTemplateStatus(deps, of(name, language), status, { reason }),
    setTemplateQuality: (name, language, quality) => setTemplateQuality(deps, of(name, language), quality),
    setTemplateCategory: (name, language, category) =>
      setTemplateCategory(deps, of(name, language), category),
    holdTemplate: (name, language) => holdTemplate(deps, of(name, language)),
    releaseTemplate: (name, language) => releaseTemplate(deps, of(name, language)),
    dropTemplate: (name, language) => dropTemplate(deps, of(name, language)),
    upgradeThroughput: () => {
      const maintenanceUntilMs = deps.clock.now().getTime() + upgradeMs
      Object.assign(deps.settings, { throughputPerSecond: 1_000, maintenanceUntilMs })
      sendsField('phone_number_quality_update', {
        display_phone_number: ownNumber.digits,
        event: 'THROUGHPUT_UPGRADE',
        max_daily_conversations_per_business: tierOf(deps.settings.messagingLimit),
      })
    },
    changeMessagingLimit: (messagingLimit) => {
      deps.settings.messagingLimit = messagingLimit
      tellLimit()
    },
    sendsField,
    expireToken: () => {
      deps.faults.tokenExpired = true
    },
    renewToken: (token) => {
      deps.faults.tokenExpired = false
      if (token !== undefined) deps.account.accessToken = token
    },
    traffic: () => ({ ...deps.traffic.report(), webhooks: deps.webhooks.counts() }),
    forgetTraffic: () => deps.traffic.reset(),
  }
}

export function loadTemplate({ state }: Pick<SendDeps, 'state'>, name: string, language: string): Template {
  const template = state.templates.all().find((one) => one.name === name && one.language === language)
  if (template === undefined)
    throw new HubError('sandbox_template_unknown', `There is no template ${name} in ${language}.`)
  return template
}
