throw new Error('the licence server said no')
