/** Ends the private server of `global-setup`. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.rollbookMariaDb?.stop();
}
