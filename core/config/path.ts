/** The way to a value inside a configuration. */

/** Keys and indexes from the top to a value. */
export type Path = readonly (string | number)[]

/** `pipeline.rcpt[2].rbl.lists` */
export function renderPath(path: Path): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? part : `.${part}`
  }
  return text === '' ? '(top level)' : text
}
