/** Address classes and routing: parameters.ts names what decides, router.ts where mail goes, complete.ts fills in domains. */
export { createCompletion } from './complete.ts'
export { ROUTE_PARAMETERS } from './parameters.ts'
export { createRouter, type Router, type RouterDeps } from './router.ts'
