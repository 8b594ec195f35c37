import type { LoggedMessage, Template } from './graph-state.ts'
import { fateNow, statusesOf } from './message-fate.ts'
import { playStatuses } from './play-statuses.ts'
import type { SendDeps } from './send-deps.ts'
import { pacingPause, setTemplateQuality, setTemplateStatus } from './template-states.ts'

// Meta watches how the first messages of a new template are taken, and holds the rest until it knows (templates/template-pacing).

/** From now on sends are accepted, answered `held_for_quality_assessment`, and nothing more is heard of them. */
export function holdTemplate(deps: SendDeps, template: Template): Template {
  return deps.state.templates.put(template.id, { ...template, isHeld: true })
}

/** It was liked: what was held goes out. */
export function releaseTemplate(deps: SendDeps, template: Template): Template {
  const free = deps.state.templates.put(template.id, { ...template, isHeld: false })
  for (const message of takeHeld(deps, template)) {
    const person = message.personId === null ? undefined : deps.state.people.find(message.personId)
    const fate = fateNow(deps, { category: message.category }, person)
    playStatuses(deps, message.id, statusesOf(fate, person))
  }
  return free
}

/** It was not: the template is paused until somebody unpauses it, and what was held never goes. */
export function dropTemplate(deps: SendDeps, template: Template): Template {
  const held = takeHeld(deps, template)
  const paused = setTemplateStatus(deps, { ...template, isHeld: false }, 'PAUSED', {
    title: pacingPause,
  })
  for (const { id } of held) playStatuses(deps, id, [{ status: 'failed', errorCode: 132015 }])
  return setTemplateQuality(deps, paused, 'RED')
}

function takeHeld({ state }: SendDeps, { id }: Template): LoggedMessage[] {
  const held = state.messages.all().filter(({ heldFor }) => heldFor === id)
  for (const message of held) state.messages.put(message.id, { ...message, heldFor: null })
  return held
}
