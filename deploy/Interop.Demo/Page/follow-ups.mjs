// The list of follow-ups: read page by page to its end, and said in words.

const statuses = { requested: 'Nobody has claimed it yet', accepted: 'Claimed', 'in-progress': 'Contact has begun' };

const query = new URLSearchParams({
  code: 'follow-up-48h', status: Object.keys(statuses).join(','), _sort: 'due', _include: 'Task:patient', _count: '50', _total: 'accurate',
});

export const first = fhir => `${fhir}/Task?${query}`;

// One page: its rows, how many there are on all pages, and where the next one is.
export async function read(url, getJson) {
  const bundle = await getJson(url);
  const resources = (bundle.entry ?? []).map(entry => entry.resource);
  const persons = new Map(resources.filter(resource => resource.resourceType === 'Patient').map(person => ['Patient/' + person.id, person]));
  return {
    rows: resources.filter(resource => resource.resourceType === 'Task').map(task => ({
      name: nameOf(persons.get(task.for?.reference)),
      due: new Date(task.restriction?.period?.end),
      status: statuses[task.status] ?? task.status,
    })),
    total: bundle.total,
    next: bundle.link?.find(link => link.relation === 'next')?.url,
  };
}

// The name that the person goes by.
function nameOf(person) {
  const names = person?.name ?? [];
  const name = names.find(candidate => candidate.use === 'usual') ?? names[0];
  return name?.text ?? ([...(name?.given?.slice(0, 1) ?? []), name?.family].filter(Boolean).join(' ') || 'No name is known');
}

const unit = minutes => minutes < 60 ? `${minutes} min` : minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
const exact = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

// As people say it, with the exact time beside.
export function when(due, now) {
  if (Number.isNaN(due.getTime())) return { isLate: false, text: 'no time is set' };
  const minutes = Math.round((due - now) / 60000);
  const said = minutes < 0 ? `${unit(-minutes)} late` : minutes === 0 ? 'due now' : `due in ${unit(minutes)}`;
  return { isLate: minutes < 0, text: `${said} (${exact.format(due)})` };
}

// How far the list has come.
export function standing(shown, total) {
  if (total === 0) return 'Nobody is waiting. New follow-ups appear here when an encounter ends.';
  return shown < total ? `${shown} of ${total} people are shown so far.` : `${shown} ${shown === 1 ? 'person' : 'people'}, the earliest due first.`;
}
