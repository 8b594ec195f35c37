export interface ApiAnswer {
  status: number
  body: { code?: string; detail?: string; faults?: { where: string; message: string }[] } & Record<
    string,
    unknown
  >
}

/** A call with the API token, as a merchant's own program makes it. */
export async function callApi(
  hub: { url: string; apiToken: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const response = await fetch(`${hub.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${hub.apiToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as ApiAnswer['body']) }
}

/** The faults of a refusal, as 'field: reason'. */
export const faultsOf = (answer: ApiAnswer): string[] =>
  (answer.body.faults ?? []).map((fault) => `${fault.where}: ${fault.message}`)
