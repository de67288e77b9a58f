/** Access control: what tables and services answer, how they are searched, which mail is ours to take. */
export { type ActionsDeps, createActions } from './actions.ts'
export { createDestinations } from './destinations.ts'
export { filteredDns } from './dns-filter.ts'
export { createMatchList, type MatchListDeps } from './match-list.ts'
export { ACCESS_PARAMETERS } from './parameters.ts'
