/**
 * How the supervisor reads a configuration: a process of its own does it, since what parser and checks leave behind would stay in
 * the memory of one that runs for months. Workers load their modules meanwhile.
 */
import type { Configuration } from '../config/types.ts'
import { forkReader } from './fork.ts'

/** What the reader answers: one of the two. */
export interface Reading {
  readonly config?: Configuration
  /** Why the file can not be used. */
  readonly problem?: string
}

/** @throws Error with all that is wrong with the file */
export function readConfiguration(file: string): Promise<Configuration> {
  const child = forkReader(file)
  return new Promise((resolve, reject) => {
    const fail = (problem: string): void => reject(new Error(problem))
    child.once('error', reject)
    child.once('disconnect', () => fail(`${file} could not be read: the process that did so is gone`))
    child.once('message', ({ config, problem }: Reading) => {
      if (config === undefined) fail(problem ?? `${file} could not be read`)
      else resolve(config)
    })
  })
}
