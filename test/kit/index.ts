/**
 * The test kit, exported as `postern/test`: sessions and requests, a plugin mounted on the real hooks, and fakes of what it talks
 * to. See README.md beside this file.
 */
export { type FakeClock, fakeClock } from './clock.ts'
export {
  aQueuedMessage,
  aTransport,
  type JobSketch,
  type MessageSketch,
  type TestTransport,
  type TransportSketch,
} from './delivery.ts'
export { type FakeDns, type FakeDnsOptions, fakeDns } from './dns.ts'
export { aMessage, type MessageFacts, type TestMessage } from './message.ts'
export { type Mounted, mount, type World } from './mount.ts'
export { type FakeMx, fakeMx, type MxMessage, type MxOptions, type MxRule } from './mx.ts'
export { type PolicyClient, type PolicyQuestion, policyClient, policyRequest } from './policy-client.ts'
export {
  type FakePolicyServer,
  fakePolicyServer,
  type PolicyAnswer,
  type PolicyRequest,
} from './policy-server.ts'
export {
  type AccessFacts,
  aClient,
  anAccessRequest,
  anAddress,
  aRecipient,
  aSession,
  aTransaction,
  type Recorded,
  record,
  type SessionFacts,
  type TransactionFacts,
} from './session.ts'
export { type Sink, type SinkOptions, type SunkMessage, startSink } from './sink.ts'
export { aDeadState, aState } from './state.ts'
export { type FakeTable, fakeTable } from './table.ts'
