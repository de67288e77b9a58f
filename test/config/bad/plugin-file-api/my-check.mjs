export default { name: 'my-check', apiVersion: 2, stages: ['rcpt'], setup: () => ({}) }
