import { foreignKind } from '../../src/bulk/formats/foreign-kind';
import { CsvFormat } from '../../src/bulk/formats/csv.format';

const csv = new CsvFormat();

describe('A file of another kind', () => {
  it.each<[string, Buffer | string, RegExp]>([
    ['PNG', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), /a picture/],
    ['JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), /a picture/],
    ['GIF', 'GIF89a,b\n1,2\n', /a picture/],
    ['PDF', '%PDF-1.7\n%âãÏÓ\n', /a PDF document/],
    ['gzip', Buffer.from('1f8b0800000000000003', 'hex'), /packed archive; unpack/],
    ['7z', Buffer.from('377abcaf271c0004', 'hex'), /packed archive/],
    ['RTF', '{\\rtf1\\ansi a,b}', /\.rtf/],
    ['BIFF2', Buffer.from('0900040000001000', 'hex'), /\.xls\b/],
    ['SYLK of Excel', 'ID;PWXL;N;E\r\nP;PGeneral\r\n', /\.slk/],
    ['SYLK of Gnumeric', 'ID;PGnumeric;N;E\r\nP;P0.00%\r\n', /\.slk/],
    ['SYLK of LibreOffice', 'ID;PCALCOOO32\nC;X1;Y1;K"uniqueRefNo"\n', /\.slk/],
    ['DIF', 'TABLE\r\n0,1\r\n"EXCEL"\r\n', /\.dif/],
    ['HTML', '\uFEFF  <!DOCTYPE html><html></html>', /web page/],
    ['HTML as Excel names it', '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>', /web page/],
    ['FODS', '<?xml version="1.0"?>\n<office:document xmlns:office="x">', /\.fods/],
    [
      'XML of 2003',
      '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
      /Excel 2003/,
    ],
    [
      'XML of 2003 in UTF-16',
      Buffer.from('\uFEFF<?xml?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', 'utf16le'),
      /2003/,
    ],
    ['other XML', '<?xml version="1.0"?><customers/>', /an XML or HTML document/],
    ['a JSON list', ' [{"uniqueRefNo":"A"}]', /JSON list/],
  ])('%s is named and is no CSV', (_name, content, words) => {
    const head = Buffer.from(content as string);
    expect(foreignKind(head)).toMatch(words);
    expect(csv.accepts(head)).toBe(false);
  });

  it.each(['ID;Phone\r\n1;2\r\n', 'ID;Place;N\r\nC;Xavier;1\r\n', 'TABLE,x\r\n0,1\r\n', 'II,a\r\n', 'BM,a\r\n1,2'])(
    'is not taken for one where a table begins alike: %j',
    (text) => {
      expect(foreignKind(Buffer.from(text))).toBeNull();
      expect(csv.accepts(Buffer.from(text))).toBe(true);
    },
  );
});
