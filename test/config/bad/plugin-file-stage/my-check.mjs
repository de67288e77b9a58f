export default { name: 'my-check', stages: ['rcpt', 'data'], setup: () => ({}) }
