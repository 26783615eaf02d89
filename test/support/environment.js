const { TestEnvironment } = require('jest-environment-node');

const kept = new Set();

/** Node, with the objects that must outlive a test file (see src/platform/database/sqlite-statements.ts) kept outside of it. */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global[Symbol.for('rollbook.kept-sqlite-objects')] = kept;
  }
};
