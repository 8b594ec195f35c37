const placeholder = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g

/** The names (or numbers) of a text's parameters, each once, in the order of their first use. */
export function findPlaceholders(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map(([, name = '']) => name))]
}

export function fillPlaceholders(text: string, valueOf: (name: string) => string): string {
  return text.replace(placeholder, (_, name: string) => valueOf(name))
}
