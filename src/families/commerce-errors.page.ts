import { COMMERCE_CATALOGUE, CommerceCode } from './commerce.catalogue';

/** Where the pages are reached. */
export interface PageLinks {
  /** Path of the service below its host, without a trailing slash; empty at the root. */
  readonly root: string;
  /** Whether this service shows its documentation. */
  readonly hasDocs: boolean;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --line: #d9dfe6; --paper: #fff; --link: #0b5cad; --mark: #f2f5f8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #a3afbe; --line: #35404d; --paper: #14191f; --link: #7db8f5; --mark: #1f2731 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere }
header, main { width: min(100% - 2.5rem, 42rem); margin: 0 auto; padding: 1rem 0 }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9375rem; border-bottom: 1px solid var(--line) }
header span { margin-right: auto; color: var(--soft) }
a { color: var(--link) }
h1 { margin: 1rem 0 .5rem; font-size: clamp(1.375rem, 7vw, 1.75rem); line-height: 1.25 }
h2 { margin: 1.75rem 0 .25rem; font-size: 1.0625rem }
p { margin: 0 0 1rem }
.status, code { white-space: nowrap; padding: .1em .4em; border-radius: .25rem; background: var(--mark); font-size: .9375rem }
.hint { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft) }
ul { margin: 0; padding: 0; list-style: none }
li { padding: .75rem 0; border-top: 1px solid var(--line) }
li a { margin-right: .5rem; font-weight: 600 }
li p { margin: .25rem 0 0; color: var(--soft) }`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in HTML, inside elements and quoted attributes. */
function escapeHtml(text: string | number): string {
  return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A whole document without scripts or outside resources: it keeps to the content security policy of the service. */
function htmlDocument(title: string, main: string, { root, hasDocs }: PageLinks): string {
  const prefix = escapeHtml(root);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}
</style>
</head>
<body>
<header><span>Rollbook</span><a href="${prefix}/errors">All errors</a>${hasDocs ? `<a href="${prefix}/docs">API documentation</a>` : ''}</header>
<main>
${main}
</main>
</body>
</html>
`;
}

/** The page that explains one error. */
export function errorPage({ code, type, status, meaning, remedy }: CommerceCode, links: PageLinks): string {
  // On a narrow screen a name breaks between its words.
  const name = escapeHtml(type).replace(/(?<=[a-z])(?=[A-Z])/g, '<wbr>');
  const main = `<h1>${escapeHtml(code)} ${name}</h1>
<p><span class="status">HTTP ${escapeHtml(status)}</span> from the commerce API, <code>/customers</code></p>
<h2>What it means</h2>
<p>${escapeHtml(meaning)}</p>
<h2>What to do</h2>
<p>${escapeHtml(remedy)}</p>
<p class="hint">The <code>messages</code> of the answer give the details. When you ask for help, quote the <code>X-Request-Id</code> header of the answer.</p>`;
  return htmlDocument(`${code} ${type} - Rollbook errors`, main, links);
}

/** The page that lists all errors. */
export function errorListPage(links: PageLinks): string {
  const items = COMMERCE_CATALOGUE.map(
    ({ code, type, status, meaning }) =>
      `<li><a href="${escapeHtml(links.root)}/errors/${escapeHtml(code)}">${escapeHtml(`${code} ${type}`)}</a> <span class="status">HTTP ${escapeHtml(status)}</span>
<p>${escapeHtml(meaning)}</p></li>`,
  );
  const main = `<h1>Errors of the commerce API</h1>
<p>What stands as <code>error.code</code> in the answers of <code>/customers</code>. Where no number is published, it is
the HTTP status.</p>
<ul>
${items.join('\n')}
</ul>`;
  return htmlDocument('Rollbook errors', main, links);
}
