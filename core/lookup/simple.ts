/** Tables without a source: inline, static, fail, environ. */
import { splitList, unbrace } from './source.ts'
import { TableError, type TableType } from './table.ts'

/** `inline:{key=value, {key = value with spaces}}`; keys are folded to lower case. */
export const inline: TableType = {
  name: 'inline',
  open(name) {
    const body = unbrace(name)
    if (body === undefined) throw new Error(`table inline:${name}: expected "inline:{key=value, ...}"`)
    const entries = new Map<string, string>()
    for (const part of splitList(body)) {
      const text = unbrace(part) ?? part
      const equals = text.indexOf('=')
      if (equals < 1) throw new Error(`table inline:${name}: expected "key=value", found ${JSON.stringify(text)}`)
      entries.set(text.slice(0, equals).trim().toLowerCase(), text.slice(equals + 1).trim())
    }
    if (entries.size === 0) throw new Error(`table inline:${name}: no entries`)
    return { spec: `inline:${name}`, wholeKeys: false, lookup: (key) => entries.get(key.toLowerCase()) }
  },
}

/** `static:value` or `static:{value with spaces}`: the same for every key. */
export const fixed: TableType = {
  name: 'static',
  open(name) {
    const value = unbrace(name) ?? name
    if (name === '') throw new Error('table "static:": expected "type:name"')
    if (value === name && name.startsWith('{')) throw new Error(`table static:${name}: expected "static:{ ... }"`)
    return { spec: `static:${name}`, wholeKeys: false, lookup: () => value }
  },
}

/** `fail:name`: every lookup is a temporary failure; for tests of a configuration. */
export const fail: TableType = {
  name: 'fail',
  open(name) {
    const spec = `fail:${name}`
    return {
      spec,
      wholeKeys: false,
      lookup: () => {
        throw new TableError(spec, 'this table always fails')
      },
    }
  },
}

/** `environ:`: environment variables of the process; keys are not folded. */
export const environ: TableType = {
  name: 'environ',
  open: (name) => ({ spec: `environ:${name}`, wholeKeys: false, lookup: (key) => process.env[key] }),
}
