/** What a candidacy is worth beside the same person's others: the smaller goes first. */
export const values = {
  askedBackInStock: 1,
  askedPrice: 2,
  askedAlmostGone: 3,
  backInStock: 4,
  priceDrop: 5,
  loyaltyReward: 6,
  cartReminder: 7,
  newArrivals: 8,
  browseReminder: 9,
  weMissYou: 10,
} as const
