import type { Random } from '../../platform/random.ts'
import type { MediaLoader } from './media-fault.ts'
import type { PlayDeps } from './play-statuses.ts'
import type { PortfolioLimit } from './portfolio-limit.ts'
import type { RateLimits } from './rate-limits.ts'
import type { Traffic } from './traffic.ts'

/** What a send needs. */
export interface SendDeps extends PlayDeps {
  limits: RateLimits
  portfolio: PortfolioLimit
  media: MediaLoader
  traffic: Traffic
  random: Random
}
