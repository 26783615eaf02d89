import { buildService, provideServer } from '../chaos/built-service';
import { Contract } from './contract';
import { runEngine } from './engine.run';
import { readOptions } from './fuzz.options';
import { FuzzReport } from './fuzz-report';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  console.log(`seed ${options.seed}`);
  buildService();
  const contract = await Contract.read();
  const server = await provideServer(options.engines);
  const report = new FuzzReport(options.seed);
  try {
    for (const engine of options.engines) await runEngine(engine, contract, options, report);
  } finally {
    await server?.stop();
  }
  report.print();
  if (report.deviations > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
