import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HubError, type Fault } from '../platform/errors.ts'
import { definitionSchema, type TemplateDefinition, type TemplateDefinitions } from './template-definition.ts'
import { findTemplateFaults } from './template-rules.ts'

/** The templates this product brings, by name. Throws HubError `template_invalid` with every fault of every file. */
export function loadTemplateDefinitions(folder = findTemplatesFolder()): TemplateDefinitions {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  const read = files.map((file) => readDefinition(file, readFileSync(join(folder, file), 'utf8')))
  const faults = read.flatMap((one) => one.faults)
  if (faults.length > 0) {
    throw new HubError('template_invalid', 'Some template definitions break the rules for templates.', {
      faults,
    })
  }
  return new Map(
    read.flatMap(({ definition }) => (definition === undefined ? [] : [[definition.name, definition]])),
  )
}

/** Reads one definition and names everything that Meta would refuse it for. */
export function readDefinition(
  file: string,
  json: string,
): { definition: TemplateDefinition | undefined; faults: Fault[] } {
  const parsed = definitionSchema.safeParse(parseJson(json))
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      where: [file, ...issue.path].join('.'),
      message: issue.message,
    }))
    return { definition: undefined, faults }
  }
  const faults = findTemplateFaults(parsed.data).map(({ where, message }) => ({
    where: `${file}: ${where}`,
    message,
  }))
  return { definition: parsed.data, faults }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

export function readHeaderImage(
  definition: TemplateDefinition,
  folder = findTemplatesFolder(),
): Buffer | undefined {
  return definition.headerImage === undefined ? undefined : readFileSync(join(folder, definition.headerImage))
}

// From src/outbox in a checkout, from dist/src/outbox in the image.
function findTemplatesFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const found = ['../../templates', '../../../templates']
    .map((up) => join(here, up))
    .find((path) => existsSync(path))
  if (found === undefined) {
    throw new HubError('templates_missing', 'The folder templates is missing from this installation.')
  }
  return found
}
