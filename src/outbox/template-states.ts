import type { TemplateState } from './template.ts'

/** Of a template that is still to be made. */
export const unmade = {
  status: 'NOT_MADE',
  reason: null,
  quality: null,
  statusAt: null,
  qualityAt: null,
  categoryAt: null,
  statusDetails: null,
  usableSince: null,
  rampStartedAt: null,
  rampHour: 0,
  rampSent: 0,
  rampHeldAt: null,
} satisfies Partial<TemplateState>
