// A hospital with fhir-kit-client: it subscribes, is told of a referral, takes it on, and says what came of it.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [library, baseUrl, bearerToken] = process.argv.slice(2);
const { Client } = await import(pathToFileURL(library));
const client = new Client({ baseUrl, bearerToken });
const base = 'https://interop.example/fhir';

const expect = (holds, what) => {
  if (!holds) {
    throw new Error(`Not so: ${what}`);
  }
};

// Its endpoint. A message is the addresses of what changed; what there is to know is read.
const told = [];
let wake = () => {};
const endpoint = createServer((request, answer) => {
  let text = '';
  request.on('data', part => { text += part; });
  request.on('end', () => {
    told.push(JSON.parse(text));
    answer.writeHead(200).end();
    wake();
  });
});
await new Promise(listening => endpoint.listen(0, '127.0.0.1', listening));
const until = async holds => {
  for (let found = holds(); ; found = holds()) {
    if (found) {
      return found;
    }
    await new Promise(woken => { wake = woken; });
  }
};
const parameter = (message, name) => message.entry[0].resource.parameter.find(each => each.name === name);

const subscription = await client.create({
  resourceType: 'Subscription',
  body: {
    resourceType: 'Subscription', status: 'requested', reason: 'Referrals to us', criteria: `${base}/SubscriptionTopic/referral`,
    _criteria: { extension: [{
      url: 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria',
      valueString: 'Task?owner=Organization/city-hospital&status=requested',
    }] },
    channel: { type: 'rest-hook', endpoint: `http://127.0.0.1:${endpoint.address().port}/hook`, payload: 'application/fhir+json' },
  },
});
await until(() => told.some(message => parameter(message, 'type').valueCode === 'handshake'));
console.log('subscribed');

const happened = await until(() => told.find(message => parameter(message, 'type').valueCode === 'event-notification'));
expect(happened.entry.length === 2 && !happened.entry[1].resource, 'the address and no more');
const id = happened.entry[1].fullUrl.split('/').pop();

// The request comes with the Task; the diagnosis that nobody agreed to does not.
const waiting = await client.search({
  resourceType: 'Task', searchParams: { owner: 'Organization/city-hospital', status: 'requested', _include: 'Task:focus' },
});
const request = waiting.entry.map(entry => entry.resource).find(resource => resource.resourceType === 'ServiceRequest');
expect(request.code.coding[0].code === '183524004', 'what is asked');
const person = request.subject.reference;
expect((await client.resolve({ reference: person })).name[0].family === 'Testa', 'who it is about');

let task = await client.read({ resourceType: 'Task', id });
const moved = async (status, more = []) => {
  task = await client.patch({
    resourceType: 'Task', id,
    jsonPatch: [{ op: 'replace', path: '/status', value: status }, ...more],
    options: { headers: { 'if-match': `W/"${task.meta.versionId}"`, prefer: 'return=representation' } },
  });
  expect(task.status === status, status);
};
await moved('accepted');
expect(task.businessStatus.coding[0].code === '3.0', 'BSeR: accepted');
await moved('in-progress');
const procedure = await client.create({
  resourceType: 'Procedure',
  body: {
    resourceType: 'Procedure', status: 'completed', subject: { reference: person }, performedDateTime: '2026-11-22T11:30:00Z',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '305056002' }] },
  },
});
await moved('completed', [{
  op: 'add', path: '/output', value: [{ type: { text: 'resulting-activity' }, valueReference: { reference: `Procedure/${procedure.id}` } }],
}]);
expect(task.businessStatus.coding[0].code === '7.0', 'BSeR: completed');
expect(task.output.some(output => output.valueReference?.reference === `Procedure/${procedure.id}`), 'its own outcome comes back');

await client.delete({ resourceType: 'Subscription', id: subscription.id });
console.log('done');
process.exit(0);
