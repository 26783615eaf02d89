import { seededRandom } from '../../chaos/seeded-random';
import type { Lane } from '../lane.contract';
import { fileOf, TableStyle } from '../tables/table.file';
import { mutateBytes, pick, Random } from './byte-mutation';
import { sendFiles } from './file-calls';
import { soundTable } from './sound-tables';

const FILES = 50;

/** 50 sound CSV files with bytes changed: each is read or refused, whatever it has become. */
export const fuzzCsvBytes: Lane = async (options) => {
  const { calls, seed } = options;
  const random = seededRandom(seed, FILES);
  const files = Array.from({ length: FILES }, (_, at) =>
    fileOf(soundTable(random, `CB-${seed}-${at}`), styleOf(random)),
  );
  await sendFiles(options, 'fuzz.csv', random, () => mutateBytes(pick(random, files), random));
  return { cases: calls.sent, findings: calls.findings };
};

function styleOf(random: Random): TableStyle {
  return {
    kind: 'csv',
    delimiter: pick(random, [',', ';', '\t', '|']),
    lineEnd: pick(random, ['\n', '\r\n', '\r']),
    encoding: pick(random, ['utf8', 'utf8', 'utf8-mark', 'utf16le']),
    quotesAll: random() < 0.5,
    endsWithLine: random() < 0.5,
    sharesStrings: false,
  };
}
