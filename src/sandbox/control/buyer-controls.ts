import type { Purchase } from '../buyers/buyers.ts'
import type { Fields } from '../read-values.ts'
import type { Control } from './control.ts'
import { choiceIn, numberIn, optionalTextIn } from './read-input.ts'
import { orderStatuses, readOrderedItems, textsIn } from './shop-controls.ts'

const of = (path: Readonly<Record<string, string>>): string => path.person ?? ''

/** People who tap on the links they were sent, and buy. */
export const buyerControls: readonly Control[] = [
  {
    method: 'POST',
    path: '/people/:person/opens',
    about: 'Taps on the link of the last message that has one; {"message":"wamid…","link":1} on another.',
    run: ({ buyers }, { path, body }) => buyers.opens(of(path), readWhich(body)),
  },
  {
    method: 'POST',
    path: '/people/:person/previews',
    about: 'WhatsApp fetches that link for its preview: nobody has tapped.',
    run: ({ buyers }, { path, body }) => buyers.previews(of(path), readWhich(body)),
  },
  {
    method: 'POST',
    path: '/people/:person/buys',
    about:
      '{"items":[{"product":"CUP-BICA"}]} in the storefront; also couponCode, as ("guest" or "customer"), status, billing.',
    run: ({ buyers }, { path, body }) => buyers.buys(of(path), readPurchase(body)),
  },
  { method: 'GET', path: '/visits', about: 'Which links were opened.', run: ({ buyers }) => buyers.visits() },
]

function readWhich(body: Fields): { message?: string; link?: number } {
  const message = optionalTextIn(body, 'message')
  return {
    ...(message === undefined ? {} : { message }),
    ...(body.link === undefined ? {} : { link: numberIn(body, 'link') }),
  }
}

function readPurchase(body: Fields): Purchase {
  const couponCode = optionalTextIn(body, 'couponCode')
  return {
    items: readOrderedItems(body),
    ...(couponCode === undefined ? {} : { couponCode }),
    ...(body.as === undefined ? {} : { as: choiceIn(body, 'as', ['guest', 'customer']) }),
    ...(body.status === undefined ? {} : { status: choiceIn(body, 'status', orderStatuses) }),
    ...(body.billing === undefined ? {} : { billing: textsIn(body.billing) }),
  }
}
