/** Tables whose name says all: a server is asked for the whole key, as it is. */
import { messageOf, type Servers } from './servers.ts'
import { type Table, TableError } from './table.ts'

/** @param ask one lookup on a connection; AnswerError when the server can not answer */
export function remoteTable<C>(
  spec: string,
  servers: Servers<C>,
  ask: (connection: C, key: string) => Promise<string | undefined>,
): Table {
  const fail = (error: unknown): never => {
    throw new TableError(spec, messageOf(error), error)
  }
  return {
    spec,
    wholeKeys: true,
    lookup: (key) => servers.ask((connection) => ask(connection, key)).catch(fail),
    inspect: () => servers.ask(async () => ({ source: servers.names })).catch(fail),
    close: () => servers.close(),
  }
}
