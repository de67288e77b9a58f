export default { name: 'my-check', stages: ['rcpt'], setup: () => ({ acces: () => undefined }) }
