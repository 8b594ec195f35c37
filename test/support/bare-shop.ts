/** A shop that is connected to nothing yet. */
export const bareShop = {
  shop: {
    key: 'default',
    timeZone: 'Europe/Lisbon',
    currency: 'EUR',
    country: 'PT',
    language: 'en',
    isSandbox: false,
  },
}
