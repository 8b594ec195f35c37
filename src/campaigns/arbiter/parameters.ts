// Names of the bound values, in their order ($1 …).
export const parameters = {
  ids: '$1::bigint[]',
  now: '$2::timestamptz',
  campaignIds: '$3::bigint[]',
  campaignsOn: '$4::bool[]',
  campaignsMayWait: '$5::bool[]',
  holdouts: '$6::int[]',
  groupingCampaignIds: '$7::bigint[]',
  closedPersonIds: '$8::bigint[]',
  closedUntil: '$9::timestamptz[]',
  unsentIds: '$10::bigint[]',
  unsentPersonIds: '$11::bigint[]',
  unsentValues: '$12::int[]',
  joinableIds: '$13::bigint[]',
  joinablePersonIds: '$14::bigint[]',
  marketingToUs: '$15::bool',
  recentOrderDays: '$16::int',
} as const
