// A day of fhir-kit-client against the server: all that it can say to one, and what it makes of the answers.
import { pathToFileURL } from 'node:url';

const [library, baseUrl, bearerToken] = process.argv.slice(2);
const { Client } = await import(pathToFileURL(library));
const client = new Client({ baseUrl, bearerToken, customHeaders: { prefer: 'return=representation' } });

const expect = (holds, what) => {
  if (!holds) {
    throw new Error(`Not so: ${what}`);
  }
};

const refused = async (work, status) => {
  try {
    await work();
  } catch (failure) {
    expect(failure.response?.status === status, `${status}, but ${failure.message}`);
    expect(failure.response.data.resourceType === 'OperationOutcome', 'an OperationOutcome says why');
    return;
  }
  throw new Error(`Not refused: ${status}`);
};

const patient = (family, value) => ({
  resourceType: 'Patient', name: [{ family }], identifier: [{ system: 'urn:t', value }],
});
const headers = pairs => ({ options: { headers: pairs } });
const tag = resource => `W/"${resource.meta.versionId}"`;
const ids = bundle => (bundle.entry ?? []).map(entry => `${entry.resource.resourceType}/${entry.resource.id}`);
const resourceType = 'Patient';

// The statement, read, vread and create.
const statement = await client.capabilityStatement();
expect(statement.fhirVersion === '4.0.1', 'the CapabilityStatement');
const one = await client.read({ resourceType, id: 'p1' });
expect(one.name[0].family === 'One', 'read');
expect((await client.vread({ resourceType, id: 'p1', version: one.meta.versionId })).id === 'p1', 'vread');
expect((await client.resolve({ reference: 'Patient/p1' })).id === 'p1', 'a reference is resolved');
const created = await client.create({ resourceType, body: patient('New', 'A-1') });
const { response } = Client.httpFor(created);
expect(response.status === 201 && response.headers.get('location').endsWith(`/Patient/${created.id}/_history/1`), 'create');
await refused(() => client.read({ resourceType, id: 'nobody' }), 404);
await refused(() => client.create({ resourceType, body: { resourceType, gender: 'none' } }), 400);

// Conditional create and read.
const ifNoneExist = headers({ 'if-none-exist': 'identifier=urn:t|a-1' });
const again = await client.create({ resourceType, body: patient('Other', 'A-1'), ...ifNoneExist });
expect(again.id === created.id && Client.httpFor(again).response.status === 200, 'a conditional create finds what is there');
expect(again.name[0].family === 'New', 'a conditional create changes nothing');

// Update with and without the version.
const updated = await client.update({
  resourceType, id: created.id, body: { ...created, gender: 'other' }, ...headers({ 'if-match': tag(created) }),
});
expect(updated.gender === 'other' && updated.meta.versionId === '2', 'update');
await refused(
  () => client.update({ resourceType, id: created.id, body: created, ...headers({ 'if-match': tag(created) }) }), 412);

// Both patches, and a patch of another version.
const byPointer = await client.patch({
  resourceType, id: created.id, jsonPatch: [{ op: 'replace', path: '/name/0/family', value: 'Pointed' }],
  ...headers({ 'if-match': tag(updated) }),
});
expect(byPointer.name[0].family === 'Pointed', 'JSON Patch');
await refused(() => client.patch({
  resourceType, id: created.id, jsonPatch: [{ op: 'remove', path: '/gender' }], ...headers({ 'if-match': tag(updated) }),
}), 412);
await refused(() => client.patch({ resourceType, id: created.id, jsonPatch: [{ op: 'test', path: '/gender', value: 'x' }] }), 422);
const byPath = await client.request(`Patient/${created.id}`, {
  method: 'PATCH',
  body: {
    resourceType: 'Parameters',
    parameter: [{
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Patient.name[0].family' },
        { name: 'value', valueString: 'Found' },
      ],
    }],
  },
  ...headers({ 'content-type': 'application/fhir+json' }),
});
expect(byPath.name[0].family === 'Found' && byPath.meta.versionId === '4', 'FHIRPath Patch');

// Pages, by GET and POST, to the end.
for (const options of [{}, { postSearch: true }]) {
  const found = [];
  const searchParams = { _sort: '_id', _count: 1, name: ['One', 'Two', 'Three'].join(',') };
  for (let page = await client.search({ resourceType, searchParams, options }); page; page = await client.nextPage({ bundle: page })) {
    expect(page.type === 'searchset', 'a searchset');
    found.push(...ids(page));
  }
  expect(found.join() === 'Patient/p1,Patient/p2,Patient/p3', `three pages, but ${found}`);
}

// Includes in both directions, and a chain.
const included = await client.search({
  resourceType: 'Condition', searchParams: { patient: 'Patient/p1', _include: 'Condition:patient' },
});
expect(ids(included).sort().join() === 'Condition/c1,Condition/c2,Patient/p1', '_include');
expect(included.entry.filter(entry => entry.search.mode === 'include').length === 1, 'the mode of an include');
const reverse = await client.search({ resourceType, searchParams: { _id: 'p1', _revinclude: 'Condition:patient' } });
expect(ids(reverse).length === 3, '_revinclude');
const chained = await client.search({ resourceType: 'Condition', searchParams: { 'patient.name': 'One' } });
expect(ids(chained).length === 2, 'a chain');

// A transaction, whose second entry means the first; one that is refused leaves nothing.
const name = `urn:uuid:${crypto.randomUUID()}`;
const condition = {
  resourceType: 'Condition', subject: { reference: name }, code: { text: 'x' },
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
};
const transaction = entry => client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } });
const done = await transaction([
  { fullUrl: name, resource: patient('Posted', 'B-1'), request: { method: 'POST', url: 'Patient' } },
  { resource: condition, request: { method: 'POST', url: 'Condition' } },
]);
expect(done.type === 'transaction-response' && done.entry.every(entry => entry.response.status.startsWith('201')), 'a transaction');
const posted = done.entry[0].response.location.match(/Patient\/[^/]+/)[0];
const about = await client.search({ resourceType: 'Condition', searchParams: { patient: posted } });
expect(about.entry[0].resource.subject.reference === posted, 'the reference names what was created');
await refused(() => transaction([
  { resource: patient('Half', 'B-2'), request: { method: 'POST', url: 'Patient' } },
  { resource: { resourceType: 'Patient', gender: 'none' }, request: { method: 'POST', url: 'Patient' } },
]), 400);
expect(ids(await client.search({ resourceType, searchParams: { name: 'Half' } })).length === 0, 'nothing of it was done');

// A batch, in which each entry answers for itself.
const batch = await client.batch({
  body: {
    resourceType: 'Bundle',
    type: 'batch',
    entry: ['Patient/p1', 'Patient/nobody', 'Patient?name=Posted'].map(url => ({ request: { method: 'GET', url } })),
  },
});
expect(batch.entry.map(entry => entry.response.status.slice(0, 3)).join() === '200,404,200', 'a batch');
expect(batch.entry[2].resource.entry.length === 1, 'a search in a batch');

// An operation, history, delete and what is left of it.
const $validate = await client.operation({
  name: 'validate', resourceType, input: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: patient('V', 'V') }] },
});
expect($validate.resourceType === 'OperationOutcome', '$validate');
const versions = await client.history({ resourceType, id: created.id });
expect(versions.type === 'history' && versions.total === 4 && versions.entry[3].resource.name[0].family === 'New', 'history');
await client.delete({ resourceType, id: created.id });
await refused(() => client.read({ resourceType, id: created.id }), 410);

// A conditional update finds what is there, and creates what is not.
const conditional = value => client.update({
  resourceType, searchParams: { identifier: `urn:t|${value}` }, body: patient('If', value),
});
expect(`Patient/${(await conditional('B-1')).id}` === posted, 'a conditional update finds one');
expect(Client.httpFor(await conditional('B-9')).response.status === 201, 'a conditional update creates one');
await refused(() => client.update({ resourceType, searchParams: { name: 'If' }, body: patient('If', 'B-9') }), 412);

// Searches of several types and in a compartment; histories of a type and of all.
const several = await client.search({ searchParams: { _type: 'Patient,Condition', _count: 100 } });
expect(ids(several).includes('Patient/p1') && ids(several).includes('Condition/c1'), 'a search of several types');
const within = await client.search({ resourceType: 'Condition', compartment: { resourceType, id: 'p1' } });
expect(ids(within).join() === 'Condition/c1,Condition/c2', 'a compartment search');
const everything = await client.operation({ name: 'everything', resourceType, id: 'p1', method: 'GET' });
expect(ids(everything).includes('Condition/c1') && ids(everything)[0] === 'Patient/p1', '$everything');
const ofType = await client.history({ resourceType });
expect(ofType.type === 'history' && ofType.entry.some(entry => entry.request.method === 'DELETE'), 'the history of a type');
expect((await client.history()).total > ofType.total, 'the history of all');

// What it can ask and this server does not do is refused in the words of FHIR.
await refused(() => client.search({ resourceType: 'Organization', compartment: { resourceType, id: 'p1' } }), 400);
console.log('done');
process.exit(0);
