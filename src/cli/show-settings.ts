import { isSame } from '../shops/settings-patch.ts'

type Fields = Readonly<Record<string, unknown>>

/** Settings line by line under their sections; what differs from its default says so. */
export function settingsLines(settings: Fields, defaults: Fields): string[] {
  return Object.entries(settings).flatMap(([section, inner]) => {
    const known = defaults[section]
    return isFields(inner)
      ? [section, ...settingLines(inner, isFields(known) ? known : {}).map((line) => `  ${line}`)]
      : settingLines({ [section]: inner }, { [section]: known })
  })
}

/** `name  value`, one below the other. */
export function settingLines(settings: Fields, defaults: Fields): string[] {
  const width = Math.max(...Object.keys(settings).map((name) => name.length), 0)
  return Object.entries(settings).map(([name, value]) => {
    const usual = defaults[name]
    const note = isSame(value, usual) ? '' : `   (default ${show(usual)})`
    return `${name.padEnd(width)}  ${show(value)}${note}`
  })
}

export function show(value: unknown): string {
  if (value === undefined) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
