/** Where a table's server listens: `inet:host:port`, `host:port`, `[::1]:port`, `unix:/path`. */

export type Endpoint =
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** @param port where none is written; undefined: there must be one @throws Error */
export function parseEndpoint(text: string, port?: number): Endpoint {
  if (text.startsWith('unix:')) {
    const path = text.slice(5)
    if (path === '') throw new Error(`no path in ${JSON.stringify(text)}`)
    return { kind: 'unix', path }
  }
  if (text.startsWith('/')) return { kind: 'unix', path: text }
  const match = /^(?:inet:)?(?:\[([^\]]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(text)
  const [host, given] = [match?.[1] ?? match?.[2], match?.[3] === undefined ? port : Number(match[3])]
  if (host === undefined) throw new Error(`expected host:port or unix:/path, found ${JSON.stringify(text)}`)
  if (given === undefined || given < 1 || given > 65_535) throw new Error(`expected a port number in ${JSON.stringify(text)}`)
  return { kind: 'inet', host, port: given }
}

/** For messages. */
export function endpointText(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`
}

/** What net.connect() wants. */
export function connectOptions(endpoint: Endpoint): { host: string; port: number } | { path: string } {
  return endpoint.kind === 'unix' ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port }
}
