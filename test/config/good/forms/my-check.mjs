import { definePlugin } from 'postern'

export default definePlugin({
  name: 'my-check',
  stages: ['rcpt'],
  schema: { type: 'object', additionalProperties: false, properties: { limit: { type: 'integer', default: 5 } } },
  setup: () => ({ access: () => undefined, events: () => undefined }),
})
