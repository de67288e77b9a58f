/** Lookup tables: see table.ts for the interface, registry.ts for opening them. */
export { addressKeys, domainKeys, extensionAt } from './keys.ts'
export { chain, firstOf, type MaybePromise } from './maybe.ts'
export { BUILT_IN_TYPES, createTables, isTableSpec, openTable, type Tables, type TablesOptions } from './registry.ts'
export { bracedList, logicalLines, splitList, unbrace } from './source.ts'
export { suggest } from './suggest.ts'
export {
  EmptyResult,
  type Table,
  type TableContext,
  TableError,
  type TableReport,
  type TableType,
  type WarningPlace,
} from './table.ts'
