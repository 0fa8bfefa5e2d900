/**
 * What is written by hand where nothing is installed: pages by key, streamed into COPY, without a library. It keeps no place
 * to go on from, notices no delete and no change, and ends at the first error; numbers of more than 15 digits lose the last.
 * For a database that asks for no password.
 *
 * Arguments: the server, the company, the fields separated by commas (the key first), rows a page; host, port, user and name of
 * the database, the table, its columns separated by commas.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

const [server, company, fieldList, size, host, port, user, name, table, columns] = process.argv.slice(2);
const began = performance.now();
const fields = fieldList.split(',');

const grant = await fetch(`${server}/connect/token`, {
  method: 'POST',
  body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bench', client_secret: 'bench' }),
});
const { access_token: token } = await grant.json();
const document =
  'query load_order($company: Int!, $f0: FilterExpression_Order, $n0: Int!) { useCompany(no: $company) ' +
  `{ t0: order(first: $n0, filter: $f0, orderBy: [{ ${fields[0]}: ASC }]) { items { ${fields.join(' ')} } } } }`;

async function page(after) {
  const answer = await fetch(`${server}/api/graphql-service`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      operationName: 'load_order',
      query: document,
      variables: { company: Number(company), n0: Number(size), ...(after && { f0: { [fields[0]]: { _gt: after } } }) },
    }),
  });
  return (await answer.json()).data.useCompany.t0.items;
}

// PostgreSQL's protocol, version 3: a letter, the length of what follows with itself, and that
function message(letter, body) {
  const head = Buffer.alloc(letter.length + 4);
  head.write(letter);
  head.writeInt32BE(body.length + 4, letter.length);
  return Buffer.concat([head, body]);
}
const socket = connect(Number(port), host);
let heard = Buffer.alloc(0);
socket.on('data', (part) => {
  heard = Buffer.concat([heard, part]);
});
async function hear(letter) {
  for (;;) {
    while (heard.length > 4 && heard.length > heard.readInt32BE(1)) {
      const kind = String.fromCharCode(heard[0]);
      const body = heard.subarray(5, heard.readInt32BE(1) + 1);
      heard = heard.subarray(heard.readInt32BE(1) + 1);
      if (kind === 'E') throw new Error(body.toString());
      if (kind === letter) return;
    }
    await once(socket, 'data');
  }
}
await once(socket, 'connect');
socket.write(message('', Buffer.from(`\0\x03\0\0user\0${user}\0database\0${name}\0\0`)));
await hear('Z');
socket.write(message('Q', Buffer.from(`copy ${table} (${columns}) from stdin\0`)));
await hear('G');

const ESCAPES = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
function cell(value) {
  if (typeof value !== 'string') return value === null ? '\\N' : String(value);
  return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c]) : value;
}
let rows = 0;
let next = page();
for (;;) {
  const items = await next;
  if (items.length === 0) break;
  next = page(items.at(-1)[fields[0]]);
  let text = '';
  for (const row of items) {
    text += `${company}\t2026-11-24 12:00:00+00`;
    for (const field of fields) text += `\t${cell(row[field])}`;
    text += '\n';
  }
  if (!socket.write(message('d', Buffer.from(text)))) await once(socket, 'drain');
  rows += items.length;
}
socket.write(message('c', Buffer.alloc(0)));
await hear('Z');
socket.end();
console.log(`script ${rows} ${(performance.now() - began) / 1000}`);
