import { z } from 'zod'
import { approveAllRuns, approveRun, refuseRun, type RunDeps } from '../../campaigns/held-runs.ts'
import type { Database } from '../../platform/database.ts'
import { actorOf } from './actor.ts'
import { run } from './campaign-endpoints.ts'
import { findRunsInState } from './campaign-store.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { id, idText } from './fields.ts'
import { pageOf, pageQuery, toPage } from './paging.ts'
import type { Reads } from './reads.ts'
import { withReasonText } from './reason-text.ts'
import { orProblem } from './refusals.ts'

export interface RunEndpointDeps extends RunDeps {
  db: Database
  reads: Reads
}

const params = z.strictObject({ id: idText })

export function runEndpoints(deps: RunEndpointDeps): Endpoint[] {
  return [listEndpoint(deps), approveAllEndpoint(deps), approveEndpoint(deps), refuseEndpoint(deps)]
}

function listEndpoint({ reads }: RunEndpointDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/runs',
    summary: 'Runs of all campaigns; held ones wait for a yes',
    tag: 'campaigns',
    query: z.strictObject({ ...pageQuery, state: z.enum(['new', 'held', 'running', 'done']).optional() }),
    answer: pageOf(run),
    handle: async ({ shop, query }) =>
      toPage((await findRunsInState(reads, shop.id, query.state, query)).map(withReasonText), query),
  })
}

function approveAllEndpoint(deps: RunEndpointDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/runs/approve-all',
    summary: 'Says yes to every run that is held',
    tag: 'campaigns',
    answer: z.strictObject({ approved: z.int() }),
    handle: async ({ shop, now }) => ({
      approved: await deps.db.transaction((tx) => approveAllRuns(tx, deps, shop.id, actorOf(now))),
    }),
  })
}

function approveEndpoint(deps: RunEndpointDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/runs/:id/approve',
    summary: 'Says yes to a run that is held: it goes on',
    tag: 'campaigns',
    params,
    answer: z.strictObject({ id, approved: z.literal(true) }),
    handle: ({ shop, params: { id: runId }, now }) =>
      orProblem(async () => {
        await deps.db.transaction((tx) => approveRun(tx, deps, { shopId: shop.id, runId }, actorOf(now)))
        return { id: runId, approved: true as const }
      }),
  })
}

function refuseEndpoint(deps: RunEndpointDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/runs/:id/refuse',
    summary: 'Says no to a run that is held: nobody is told',
    tag: 'campaigns',
    params,
    answer: z.strictObject({
      id,
      state: z.literal('done'),
      suppressed: z.int().meta({ description: 'How many people are told nothing because of it.' }),
    }),
    handle: ({ shop, params: { id: runId }, now }) =>
      orProblem(async () => {
        const suppressed = await deps.db.transaction((tx) =>
          refuseRun(tx, { shopId: shop.id, runId }, actorOf(now)),
        )
        return { id: runId, state: 'done' as const, suppressed }
      }),
  })
}
