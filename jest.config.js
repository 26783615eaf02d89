/** @type {import('jest').Config} */
module.exports = {
  rootDir: '.',
  testMatch: ['<rootDir>/test/**/*.spec.ts', '<rootDir>/test/**/*.e2e-spec.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  // A thread loads its program by itself, as plain JavaScript: not found in the sources, it is taken from there.
  moduleNameMapper: { '/file-reading\\.worker\\.js$': '<rootDir>/test/support/file-reading.worker.js' },
  testEnvironment: '<rootDir>/test/support/environment.js',
  testTimeout: 60_000,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Specs wait for processes and disks, too: with three, two processors are busy for 86 % of the time.
  maxWorkers: 3,
  // What spec files leave behind adds up to gigabytes; a new worker is cheaper than collecting around them.
  workerIdleMemoryLimit: '800MB',
};
