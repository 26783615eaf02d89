import { buildService, provideServer } from './built-service';
import { readOptions } from './chaos.options';
import type { FaultReport } from './faults/fault-report';
import { runFaults } from './faults/fault.run';
import type { KillReport } from './kill-report';
import { runKills } from './kill.run';
import { runSteps } from './step.run';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  console.log(`seed ${options.seed}`);
  buildService();
  const server = await provideServer(options.engines);
  try {
    const begun = Date.now();
    const reports: (KillReport | FaultReport)[] = options.faults === null ? [] : await runFaults(options.faults);
    for (const engine of options.faults === null ? options.engines : []) {
      if (options.steps) reports.push(...(await runSteps(engine, options)).values());
      else reports.push(await runKills(engine, options));
    }
    console.table(reports.map(({ line }) => line));
    console.log(`${Math.round((Date.now() - begun) / 1000)} s, seed ${options.seed}`);
    if (reports.some(({ findings }) => findings.deviations.length > 0)) process.exitCode = 1;
  } finally {
    await server?.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
