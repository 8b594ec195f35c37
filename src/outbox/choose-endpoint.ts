import type { OutgoingContent, SendEndpoint } from '../connectors/meta/wire-message.ts'
import type { ShopSettings } from '../shops/shop-settings.ts'

/**
 * Which of Meta's two addresses takes a message: the Marketing Messages endpoint, where the shop has chosen it and the template is one of
 * marketing; everything else goes to /messages. `category`: of the template, as Meta has it.
 */
export function endpointOf(
  settings: Pick<
    ShopSettings['sending'],
    'marketingMessagesApi' | 'productPolicy' | 'messageActivitySharing'
  >,
  content: OutgoingContent,
  category: string | undefined,
): SendEndpoint {
  const { marketingMessagesApi, productPolicy, messageActivitySharing } = settings
  if (!marketingMessagesApi || content.kind !== 'template' || category !== 'MARKETING')
    return { kind: 'messages' }
  return { kind: 'marketing_messages', productPolicy, messageActivitySharing }
}
