import { UsageError } from '../chaos/usage';
import { buildService, provideServer } from '../chaos/built-service';
import { Contract } from './contract';
import { runEngine } from './engine.run';
import { FuzzReport } from './fuzz-report';
import { readOptions } from './fuzz.options';
import { runTwins } from './twins/twins.run';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  console.log(`seed ${options.seed}`);
  buildService();
  const contract = await Contract.read();
  const server = await provideServer(options.engines);
  const report = new FuzzReport(options.seed);
  try {
    const { seed, cases, twinCases } = options;
    if (cases.size > 0) {
      for (const engine of options.engines) await runEngine(engine, contract, seed, cases, report);
    }
    if (twinCases > 0) await runTwins(contract, seed, twinCases, report);
  } finally {
    await server?.stop();
  }
  report.print();
  if (report.deviations > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
});
