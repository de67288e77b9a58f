/** Marks mail from clients without a verified name, so that a filter behind can count it. */
import { definePlugin } from 'postern'

export default definePlugin<{ header: string }>({
  name: 'unnamed-clients',
  stages: ['rcpt'],
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['header'],
    properties: { header: { type: 'string', description: 'Name of the header field that is put before the others.' } },
  },
  setup: ({ header }) => ({
    access(request) {
      if (request.client.name === 'unknown') request.edit({ kind: 'prepend', header: `${header}: ${request.client.address}` })
      return undefined
    },
  }),
})
