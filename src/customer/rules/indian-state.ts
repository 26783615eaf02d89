/** A state or union territory of India, with the codes and names it goes by and went by. */
export interface IndianState {
  /** First two digits of a GSTIN registered there. */
  readonly gstCode: string;
  /** ISO 3166-2:IN code without the leading `IN-`, as of the change of 2023-11-23. */
  readonly iso: string;
  readonly name: string;
  /** Other names in use today. */
  readonly otherNames: readonly string[];
  readonly formerNames: readonly string[];
  /** Two-letter codes that were superseded. */
  readonly formerCodes: readonly string[];
  /** GST codes no longer given out; GSTINs with them are still around. */
  readonly formerGstCodes: readonly string[];
}

type Extras = Partial<Omit<IndianState, 'gstCode' | 'iso' | 'name'>>;

function state(gstCode: string, iso: string, name: string, extras: Extras = {}): IndianState {
  return { gstCode, iso, name, otherNames: [], formerNames: [], formerCodes: [], formerGstCodes: [], ...extras };
}

/** All 28 states and 8 union territories, by GST code. Source: the GST portal's state code list and ISO 3166-2:IN. */
export const INDIAN_STATES: readonly IndianState[] = [
  state('01', 'JK', 'Jammu and Kashmir'),
  state('02', 'HP', 'Himachal Pradesh'),
  state('03', 'PB', 'Punjab'),
  state('04', 'CH', 'Chandigarh'),
  state('05', 'UK', 'Uttarakhand', { formerNames: ['Uttaranchal'], formerCodes: ['UA', 'UL', 'UT'] }),
  state('06', 'HR', 'Haryana'),
  state('07', 'DL', 'Delhi', {
    otherNames: ['New Delhi', 'NCT of Delhi', 'Delhi NCT', 'National Capital Territory of Delhi'],
  }),
  state('08', 'RJ', 'Rajasthan'),
  state('09', 'UP', 'Uttar Pradesh'),
  state('10', 'BR', 'Bihar'),
  state('11', 'SK', 'Sikkim'),
  state('12', 'AR', 'Arunachal Pradesh'),
  state('13', 'NL', 'Nagaland'),
  state('14', 'MN', 'Manipur'),
  state('15', 'MZ', 'Mizoram'),
  state('16', 'TR', 'Tripura'),
  state('17', 'ML', 'Meghalaya'),
  state('18', 'AS', 'Assam'),
  state('19', 'WB', 'West Bengal'),
  state('20', 'JH', 'Jharkhand'),
  state('21', 'OD', 'Odisha', { formerNames: ['Orissa'], formerCodes: ['OR'] }),
  state('22', 'CG', 'Chhattisgarh', { formerCodes: ['CT'] }),
  state('23', 'MP', 'Madhya Pradesh'),
  state('24', 'GJ', 'Gujarat'),
  // One territory since 2020-01-26; its two parts count as former names.
  state('26', 'DH', 'Dadra and Nagar Haveli and Daman and Diu', {
    formerNames: ['Dadra and Nagar Haveli', 'Daman and Diu'],
    formerCodes: ['DN', 'DD'],
    formerGstCodes: ['25'],
  }),
  state('27', 'MH', 'Maharashtra'),
  state('29', 'KA', 'Karnataka', { formerNames: ['Mysore'] }),
  state('30', 'GA', 'Goa'),
  state('31', 'LD', 'Lakshadweep', { formerNames: ['Laccadive Islands'] }),
  state('32', 'KL', 'Kerala'),
  state('33', 'TN', 'Tamil Nadu', { formerNames: ['Madras'] }),
  state('34', 'PY', 'Puducherry', { formerNames: ['Pondicherry'] }),
  state('35', 'AN', 'Andaman and Nicobar Islands', { otherNames: ['Andaman and Nicobar'] }),
  state('36', 'TS', 'Telangana', { formerCodes: ['TG'] }),
  state('37', 'AP', 'Andhra Pradesh', { formerGstCodes: ['28'] }),
  state('38', 'LA', 'Ladakh'),
];

/** Other territory and centre jurisdiction: real registrations that lie in no state. */
const STATELESS_GST_CODES: ReadonlySet<string> = new Set(['97', '99']);

/** What a text stands for, and whether it is a superseded way to say so. */
export interface StateMatch {
  readonly state: IndianState;
  readonly legacy: boolean;
}

const BY_TEXT: ReadonlyMap<string, StateMatch> = new Map(
  INDIAN_STATES.flatMap((state) => [
    ...entries([...state.formerNames, ...state.formerCodes, ...state.formerGstCodes], { state, legacy: true }),
    ...entries([state.name, ...state.otherNames, state.iso, state.gstCode], { state, legacy: false }),
  ]),
);

function entries(texts: readonly string[], match: StateMatch): [string, StateMatch][] {
  // Kept with its "and" as well, for texts that have lost their blanks: JAMMUANDKASHMIR.
  return texts.flatMap((text) => [bare(text), withoutAnd(text)].map((key): [string, StateMatch] => [key, match]));
}

function withoutAnd(text: string): string {
  return bare(text.replace(/\band\b/gi, ' '));
}

/** Letters and digits only; accents go with the rest (ISO writes Chhattīsgarh). */
function bare(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/**
 * Recognises a state by its name (ignoring case, blanks, punctuation and `&` or `and`), its two-letter code or its
 * two-digit GST code; `legacy` when that name or code was superseded (Orissa, UA, 28). Null for any other text.
 */
export function findState(text: string): StateMatch | null {
  return BY_TEXT.get(withoutAnd(text)) ?? null;
}

/** Whether a GSTIN may start with these two digits: states by present and former code, other territory, centre. */
export function isGstStateCode(code: string): boolean {
  return STATELESS_GST_CODES.has(code) || (/^\d{2}$/.test(code) && BY_TEXT.has(code));
}

/** The state a GSTIN is registered in, by its first two digits; null for 97 and 99 and for what is no state code. */
export function stateOfGstin(gstin: string): IndianState | null {
  const code = gstin.slice(0, 2);
  return isGstStateCode(code) ? (BY_TEXT.get(code)?.state ?? null) : null;
}

/**
 * Whether a state given as text is the one of the GSTIN. Null when that cannot be told: the text is not recognised, or
 * the GSTIN lies in no state (97, 99).
 */
export function statesAgree(stateText: string, gstin: string): boolean | null {
  const given = findState(stateText);
  const registered = stateOfGstin(gstin);
  return given === null || registered === null ? null : given.state === registered;
}
