import type { WooOrder } from '../../src/connectors/woocommerce/woo-order.ts'
import { minute } from '../catalog/catalog-world.ts'

export const line = {
  wcLineId: 1,
  productWcId: 1,
  variationWcId: null,
  name: 'Cup',
  sku: null,
  quantity: 2,
  totalMinor: 2580,
}

/** A paid order of two cups for 25.80 by a customer with a phone and an e-mail address. */
export function wooOrder(overrides: Partial<WooOrder> = {}): WooOrder {
  return {
    wcId: 77,
    number: '77',
    status: 'processing',
    currency: 'EUR',
    totalMinor: 2580,
    itemsMinor: 2580,
    customerWcId: 5,
    firstName: 'Ana',
    lastName: 'Sousa',
    phone: '+351 912 000 001',
    email: 'ana@example.test',
    billingCountry: 'PT',
    placedAt: minute(0),
    paidAt: null,
    modifiedAt: minute(0),
    lines: [line],
    couponCodes: [],
    linkToken: null,
    refunds: [],
    ...overrides,
  }
}
