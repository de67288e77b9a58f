/** Refuses large mail to several recipients at once. */
import { definePlugin, reject } from 'postern'

export default definePlugin<{ size: number }>({
  name: 'large-mail',
  stages: ['end_of_data'],
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['size'],
    properties: { size: { type: 'integer', description: 'Bytes from which on mail is large.' } },
  },
  setup: ({ size }) => ({
    access({ session: { transaction } }) {
      if (transaction === undefined || transaction.size < size || transaction.recipients.length < 2) return undefined
      return reject(552, '5.3.4', `Mail of ${transaction.size} bytes to ${transaction.recipients.length} recipients: send a link`)
    },
  }),
})
