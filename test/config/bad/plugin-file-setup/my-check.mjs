export default {
  name: 'my-check',
  stages: ['connect'],
  setup() {
    throw new Error('the table /etc/words is empty')
  },
}
