// The dependency and licence report: run by dependencies.sh, which says what it is for.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

// Where restored packages lie, what `dotnet list package --vulnerable --format json` said, and where the NuGet client keeps what it was told.
const [folder, audit, cache] = process.argv.slice(2);
// MPL-2.0 asks for changed files of its own to be published: a test may use what we neither change nor ship (axe-core's bindings).
const allowedInTests = ['MPL-2.0'];
const allowed = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'PostgreSQL', '0BSD', 'CC0-1.0', 'blessing'];

// Packages whose nuspec names no SPDX expression, read by a person on 2026-11-28. A file is known by its hash, so that another text is
// read again.
const reviewed = {
  'file:Firely.Fhir.Validation:80490d28ea65ea2a': 'BSD-3-Clause',
  'file:Firely.Fhir.Validation.Compilation:80490d28ea65ea2a': 'BSD-3-Clause',
  'file:Firely.Fhir.Validation.R4:80490d28ea65ea2a': 'BSD-3-Clause',
  'file:SQLite:99464c3a88df7b70': 'blessing', // SQLite is in the public domain; SPDX calls its dedication so
  'url:https://github.com/MiloszKrajewski/K4os.Compression.LZ4/blob/master/LICENSE?raw=true': 'MIT', // Parquet.Net's; by common report, the text could not be fetched
  'url:https://raw.githubusercontent.com/xunit/xunit/master/license.txt': 'Apache-2.0',
};

// What comes with a package under terms of its own, and is left out of all that is built: the file that must be nowhere.
const leftOut = { 'Microsoft.Data.SqlClient.SNI.runtime': 'Microsoft.Data.SqlClient.SNI.dll' }; // the driver has the same in .NET

// npm packages are test-time only and never shipped. One that is not fetched on this machine has the licence that was read when it was
// chosen.
const reviewedNpm = { dclint: 'MIT', dockerfilelint: 'MIT', 'fhir-kit-client': 'MIT', 'hl7.fhir.r4.examples': 'CC0-1.0', oauth4webapi: 'MIT', 'oidc-provider': 'MIT' };

const problems = [];
const nuget = new Map();
const central = new Map([...readFileSync('Directory.Packages.props', 'utf8').matchAll(/<PackageVersion Include="([^"]+)" Version="([^"]+)"/g)].map(match => [match[1].toLowerCase(), match[2]]));

for (const file of files(/(^|\/)packages\.lock\.json$/)) {
  const project = basename(dirname(file));
  for (const dependencies of Object.values(JSON.parse(readFileSync(file, 'utf8')).dependencies)) {
    for (const [name, entry] of Object.entries(dependencies).filter(([, entry]) => entry.type !== 'Project')) {
      const known = nuget.get(`${name}@${entry.resolved}`) ?? { name, version: entry.resolved, direct: new Set(), through: new Set() };
      nuget.set(`${name}@${entry.resolved}`, known);
      (entry.type === 'Direct' ? known.direct : known.through).add(project);
      if (entry.type === 'Direct' && central.get(name.toLowerCase()) !== entry.resolved) {
        problems.push(`${file}: ${name} ${entry.resolved} is direct, but Directory.Packages.props has ${central.get(name.toLowerCase()) ?? 'no version'} of it.`);
      }
    }
  }
}

const rows = [...nuget.values()].sort((a, b) => a.name.localeCompare(b.name, 'en')).map(item => {
  if (leftOut[item.name]) {
    problems.push(...built(leftOut[item.name]).map(path => `${path} is of ${item.name} and must be left out (docs/decisions/0122).`));
    return `| ${item.name} | ${item.version} | its own terms | transitive | left out | |`;
  }

  const licence = licenceOf(item);
  const shipped = [...item.direct, ...item.through].some(project => !project.endsWith('.Tests') && project !== 'Interop.Benchmarks');
  judge(`${item.name} ${item.version}`, licence, shipped ? allowed : [...allowed, ...allowedInTests]);
  return `| ${item.name} | ${item.version} | ${licence ?? 'unknown'} | ${item.direct.size > 0 ? 'direct' : 'transitive'} | ${shipped ? 'yes' : 'tests'} | ${[...new Set([...item.direct, ...item.through])].sort().join(', ')} |`;
});

const npm = new Map();
for (const file of files(/\.sh$/)) {
  for (const [line] of readFileSync(file, 'utf8').matchAll(/npm (?:pack|install|ci|i) .*/g)) {
    for (const [, name, version] of line.matchAll(/(?<=\s)((?:@[\w.-]+\/)?[\w.-]+)@(\d[\w.-]*)/g)) {
      npm.set(`${name}@${version}`, { name, version, through: '' });
    }
  }
}

// What those bring with them is known where they are installed.
for (const { name } of [...npm.values()]) {
  for (const manifest of installed(`artifacts/${name}/node_modules`)) {
    npm.set(`${manifest.name}@${manifest.version}`, { through: manifest.name === name ? '' : name, ...manifest });
  }
}

const npmRows = [...npm.values()].sort((a, b) => a.name.localeCompare(b.name, 'en')).map(({ name, version, license, through }) => {
  const licence = license ?? npmLicence(name, version) ?? reviewedNpm[name];
  judge(`npm ${name} ${version}`, licence);
  return `| ${name} | ${version} | ${licence ?? 'unknown'} | ${through} |`;
});

const wrong = problems.length; // with licences and versions
const vulnerable = vulnerabilities();
writeFileSync('artifacts/dependencies.md', [
  '# Dependencies', '',
  `${nuget.size} NuGet packages; the .NET 10 shared framework (MIT) besides.`, '',
  `Vulnerabilities: ${vulnerable}. The npm packages below are not checked.`, '',
  '| Package | Version | Licence | Kind | Shipped | Projects |', '|---|---|---|---|---|---|', ...rows, '',
  'Test-time only, from npm:', '', '| Package | Version | Licence | Through |', '|---|---|---|---|', ...npmRows, '',
].join('\n'));

for (const problem of problems) {
  console.error(problem);
}

console.log(`${nuget.size} NuGet and ${npm.size} npm packages. Licences and versions: ${wrong} problems. Vulnerabilities: ${vulnerable}.`);
console.log('See artifacts/dependencies.md.');
process.exit(problems.length === 0 ? 0 : 1);

function files(pattern, folder = '.') {
  return readdirSync(folder, { withFileTypes: true }).filter(entry => !['artifacts', '.git', 'bin', 'obj', 'node_modules'].includes(entry.name)).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(pattern, path) : pattern.test(path) ? [path] : [];
  }).sort();
}

function built(name) {
  return existsSync('artifacts/bin')
    ? readdirSync('artifacts/bin', { recursive: true }).filter(path => basename(path) === name).map(path => join('artifacts/bin', path))
    : [];
}

function judge(what, licence, choices = allowed) {
  if (licence === undefined) {
    problems.push(`${what}: its licence is not known; read it and add it to the table in deploy/dependencies.mjs.`);
  } else if (!licence.replace(/[()]/g, '').split(/ (?:AND|WITH) /).every(part => part.split(' OR ').some(choice => choices.includes(choice)))) {
    problems.push(`${what}: the licence ${licence} is not allowed.`);
  }
}

function licenceOf({ name, version }) {
  const home = join(folder, name.toLowerCase(), version.toLowerCase());
  const nuspec = join(home, `${name.toLowerCase()}.nuspec`);
  if (!existsSync(nuspec)) {
    problems.push(`${name} ${version} is in a lock file and not restored: run dotnet restore first.`);
    return undefined;
  }

  const text = readFileSync(nuspec, 'utf8');
  const [, type, value] = text.match(/<license type="(\w+)"[^>]*>([^<]+)</) ?? [];
  if (type === 'expression') {
    return value.trim();
  }

  if (type === 'file') {
    return reviewed[`file:${name}:${createHash('sha256').update(readFileSync(join(home, value.trim().replaceAll('\\', '/')))).digest('hex').slice(0, 16)}`];
  }

  return reviewed[`url:${text.match(/<licenseUrl>([^<]+)</)?.[1]}`];
}

function npmLicence(name, version) {
  const candidate = `artifacts/${name}/package/package.json`;
  const manifest = existsSync(candidate) ? JSON.parse(readFileSync(candidate, 'utf8')) : {};
  return manifest.version === version ? manifest.license : undefined;
}

function installed(folder) {
  if (!existsSync(folder)) {
    return [];
  }

  return readdirSync(folder).filter(name => !name.startsWith('.')).flatMap(name => {
    const home = join(folder, name);
    if (name.startsWith('@')) {
      return installed(home);
    }

    if (!existsSync(join(home, 'package.json'))) {
      return [];
    }

    const { name: full, version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    return [{ name: full, version, license }, ...installed(join(home, 'node_modules'))];
  });
}

/**
 * What is known of vulnerabilities, for a sentence. A source counts as asked only when the question went through without a complaint and
 * the source says of itself that it has such data: one that has none is silent about every package, which is not "none known".
 */
function vulnerabilities() {
  const answer = answered();
  const found = (answer?.projects ?? []).flatMap(project => project.frameworks ?? [])
    .flatMap(framework => [...(framework.topLevelPackages ?? []), ...(framework.transitivePackages ?? [])])
    .filter(item => (item.vulnerabilities ?? []).length > 0);
  for (const item of new Map(found.map(item => [`${item.id}@${item.resolvedVersion}`, item])).values()) {
    const advisories = item.vulnerabilities.map(one => one.advisoryurl).join(', ');
    problems.push(`${item.id} ${item.resolvedVersion} has a known vulnerability: ${advisories}`);
  }

  if (found.length > 0) {
    return `known in ${found.length} places`;
  }

  if (answer === undefined) {
    return 'not checked (the question for them got no answer)';
  }

  // A solution's projects tell the same more than once.
  const complaints = [...new Set((answer.problems ?? []).map(problem => problem.text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '')))];
  if (complaints.length > 0) {
    return `not checked (${complaints.join('; ')})`;
  }

  const sources = answer.sources ?? [];
  const asked = sources.filter(source => hasVulnerabilityData(source));
  const others = sources.filter(source => !asked.includes(source));
  const rest = others.length === 0 ? '' : `no vulnerability data at ${others.join(', ')}`;
  if (asked.length === 0) {
    return `not checked (${rest || 'no source is configured'})`;
  }

  return `none known to ${[asked.join(', '), rest].filter(part => part !== '').join('; ')}`;
}

/** The client's answer, or undefined where there is none or only a part of one. */
function answered() {
  try {
    return JSON.parse(readFileSync(audit, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Whether a source's own index, as the client last read it, offers vulnerability data
 * (https://learn.microsoft.com/nuget/api/vulnerability-info).
 */
function hasVulnerabilityData(source) {
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 40);
  const home = existsSync(cache ?? '') ? readdirSync(cache).find(name => name.startsWith(hash)) : undefined;
  const index = home && join(cache, home, 'service_index.dat');
  return index !== undefined && existsSync(index) && readFileSync(index, 'utf8').includes('"VulnerabilityInfo/');
}
