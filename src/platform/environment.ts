import { existsSync } from 'node:fs'

// The only reader of process.env (lint holds everybody to it); everybody else is given a Config.

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process, completed by a file `.env` in the working folder where there is one; what is set already wins. */
export function readEnvironment(file = '.env'): Environment {
  if (existsSync(file)) process.loadEnvFile(file)
  return { ...process.env }
}
