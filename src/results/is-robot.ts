// Programs that fetch links: WhatsApp's and other messengers' previews, search engines, scanners, monitors. All within browsers' own form
// of name ("Mozilla/5.0 …"); whatever does not begin like a browser is a program anyway.
const programs =
  /(?<!cu)bot\b|crawl|spider|slurp|preview|scan|monitor|fetch|whatsapp\/|facebookexternalhit|facebookcatalog|meta-external|embedly|headless|phantomjs|lighthouse|pingdom|curl\/|wget\/|python|okhttp|axios|skypeuripreview|vkshare|validator/i

export interface Visit {
  method: string
  userAgent: string | undefined
  /** Browsers name it when they fetch what nobody has tapped yet. */
  purpose: string | undefined
}

/** Whether a program followed the link and no person: it is written down, and counted nowhere. */
export function isRobot({ method, userAgent = '', purpose = '' }: Visit): boolean {
  if (method !== 'GET' || /prefetch|preview|prerender/i.test(purpose)) return true
  return !/^(Mozilla|Opera)\//.test(userAgent) || programs.test(userAgent)
}
