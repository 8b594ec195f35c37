import type { Person } from '../graph/graph-state.ts'
import type { NewPerson, OrderedItem } from '../graph/whatsapp-control.ts'
import { Problem } from '../../platform/web.ts'
import { asFields, type Fields } from '../read-values.ts'
import type { Control } from './control.ts'
import { choiceIn, numberIn, optionalTextIn, textIn } from './read-input.ts'

const of = (path: Readonly<Record<string, string>>): string => path.person ?? ''

/** People. What a person writes answers with the message's id. */
export const whatsAppControls: readonly Control[] = [
  {
    method: 'GET',
    path: '/people',
    about: 'Everybody with a phone.',
    run: ({ whatsapp }) => whatsapp.people(),
  },
  {
    method: 'GET',
    path: '/people/:person',
    about: 'One person.',
    run: ({ whatsapp }, { path }) => whatsapp.person(of(path)),
  },
  {
    method: 'POST',
    path: '/people',
    about:
      '{"name":"Rita","phone":"+351912000000","country":"PT"}, also waId, language, username, readsAtOnce, onWhatsApp.',
    run: ({ whatsapp }, { body }) => whatsapp.addPerson(readPerson(body)),
  },
  {
    method: 'POST',
    path: '/people/:person',
    about:
      'Changes readsAtOnce, onWhatsApp, blockedUs, marketingCapped, stoppedMarketing, username, language or name.',
    run: ({ whatsapp }, { path, body }) => whatsapp.changePerson(of(path), readChange(body)),
  },
  {
    method: 'GET',
    path: '/people/:person/inbox',
    about: 'The conversation, with the statuses of what was sent.',
    run: ({ whatsapp }, { path }) => whatsapp.inbox(of(path)),
  },
  {
    method: 'POST',
    path: '/people/:person/writes',
    about: '{"text":"Olá"}, also answering: the id of a message.',
    run: ({ whatsapp }, { path, body }) => ({
      id: whatsapp.writes(of(path), textIn(body, 'text'), optionalTextIn(body, 'answering')),
    }),
  },
  {
    method: 'POST',
    path: '/people/:person/taps',
    about: '{"message":"wamid…","button":"its label, id or payload"}',
    run: ({ whatsapp }, { path, body }) => ({
      id: whatsapp.taps(of(path), textIn(body, 'message'), textIn(body, 'button')),
    }),
  },
  {
    method: 'POST',
    path: '/people/:person/asks-about',
    about: '{"product":"COF-SIDAMA"}: a question from a product of the catalogue, by retailer id; also text.',
    run: ({ whatsapp }, { path, body }) => ({
      id: whatsapp.asksAbout(of(path), textIn(body, 'product'), optionalTextIn(body, 'text')),
    }),
  },
  {
    method: 'POST',
    path: '/people/:person/orders',
    about: '{"items":[{"retailerId":"COF-SIDAMA","quantity":1}]}: a cart from WhatsApp; also text.',
    run: ({ whatsapp }, { path, body }) => ({
      id: whatsapp.orders(of(path), readItems(body), optionalTextIn(body, 'text')),
    }),
  },
  {
    method: 'POST',
    path: '/people/:person/sends',
    about: '{"type":"image","content":{…}}: any message as it stands under its type.',
    run: ({ whatsapp }, { path, body }) => ({
      id: whatsapp.sends(of(path), textIn(body, 'type'), asFields(body.content) ?? {}),
    }),
  },
  {
    method: 'POST',
    path: '/people/:person/reads',
    about: 'Reads what has arrived, or {"message":"wamid…"}.',
    run: ({ whatsapp }, { path, body }) => whatsapp.reads(of(path), optionalTextIn(body, 'message')),
  },
  {
    method: 'POST',
    path: '/people/:person/marketing',
    about: '{"value":"stop"} or "resume": the switch in WhatsApp itself.',
    run: ({ whatsapp }, { path, body }) =>
      whatsapp.prefersMarketing(of(path), choiceIn(body, 'value', ['stop', 'resume'])),
  },
  {
    method: 'POST',
    path: '/people/:person/number',
    about: '{"phone":"+351913000000"}: takes another number; also waId.',
    run: ({ whatsapp }, { path, body }) =>
      whatsapp.changesNumber(of(path), textIn(body, 'phone'), optionalTextIn(body, 'waId')),
  },
  {
    method: 'GET',
    path: '/messages',
    about: 'Every message of either direction.',
    run: ({ whatsapp }) => whatsapp.messages(),
  },
]

function readPerson(body: Fields): NewPerson {
  const { readsAtOnce, onWhatsApp } = body
  const texts = ['waId', 'language', 'username'].flatMap((name) => {
    const text = optionalTextIn(body, name)
    return text === undefined ? [] : [[name, text] as const]
  })
  return {
    name: textIn(body, 'name'),
    phone: textIn(body, 'phone'),
    country: textIn(body, 'country'),
    ...(Object.fromEntries(texts) as Pick<NewPerson, 'waId' | 'language' | 'username'>),
    ...(typeof readsAtOnce === 'boolean' ? { readsAtOnce } : {}),
    ...(typeof onWhatsApp === 'boolean' ? { onWhatsApp } : {}),
  }
}

const changeable: Readonly<Record<string, 'boolean' | 'string'>> = {
  readsAtOnce: 'boolean',
  onWhatsApp: 'boolean',
  blockedUs: 'boolean',
  marketingCapped: 'boolean',
  stoppedMarketing: 'boolean',
  username: 'string',
  language: 'string',
  name: 'string',
}

function readChange(body: Fields): Partial<Person> {
  for (const [name, value] of Object.entries(body)) {
    const isTakenAway = name === 'username' && value === null
    if (typeof value !== changeable[name] && !isTakenAway)
      throw new Problem(400, 'invalid_request', `"${name}" cannot be changed to this`)
  }
  return body
}

function readItems(body: Fields): OrderedItem[] {
  const items: readonly unknown[] = Array.isArray(body.items) ? body.items : []
  if (items.length === 0) throw new Problem(400, 'invalid_request', '"items" must be a list')
  return items.map((item) => {
    const fields = asFields(item) ?? {}
    return { retailerId: textIn(fields, 'retailerId'), quantity: numberIn(fields, 'quantity') }
  })
}
