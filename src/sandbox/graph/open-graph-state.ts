import type { Store } from '../store.ts'
import type { GraphState } from './graph-state.ts'
import { keepLast } from './keep-last.ts'
import { indexPeople } from './people.ts'
import type { WhatsAppSettings } from './whatsapp-settings.ts'

export function openGraphState(store: Store, settings: WhatsAppSettings): GraphState {
  return {
    people: indexPeople(store.collection('people'), settings),
    messages: keepLast(store.collection('messages'), () => settings.keepMessages),
    templates: store.collection('templates'),
    updates: store.collection('updates'),
    uploads: store.collection('uploads'),
    media: store.collection('media'),
    nextId: (sequence) => store.nextId(sequence),
    together: (work) => store.together(work),
  }
}
