// Reads the follow-up list with the page's own code, and prints what a person would see of it.
import { pathToFileURL } from 'node:url';

const [module, fhir, token, now] = process.argv.slice(2);
const { first, read, standing, when } = await import(pathToFileURL(module));
const getJson = async url => (await fetch(url, { headers: { Authorization: 'Bearer ' + token } })).json();
const [names, said] = [[], []];
for (let url = first(fhir); url;) {
  const page = await read(url, getJson);
  names.push(...page.rows.map(row => row.name));
  said.push(standing(names.length, page.total));
  url = page.next;
}

const times = [-3 * 60, -20, 0, 5, 3 * 60, 72 * 60].map(minutes => when(new Date(Date.parse(now) + minutes * 60000), new Date(now)));
console.log(JSON.stringify({ names, said, times, none: standing(0, 0), one: standing(1, 1) }));
