using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Security;
using Interop.Storage.Search;

namespace Interop.Server.Guard;

/// <summary>Counts who looks for persons: refuses who asks too much at once, and has it told who does it too often.</summary>
internal sealed class PersonLookups(RequestLimits limits, ILookupWatch watch)
{
    /// <exception cref="Http.FhirException">429.</exception>
    public void Demand(Caller caller, SearchQuery query) => limits.DemandLookup(caller, PersonLookup.Cost(query));

    /// <summary>A list whose entries may be that many persons.</summary>
    /// <exception cref="Http.FhirException">429.</exception>
    public void Demand(Caller caller, int persons) => limits.DemandLookup(caller, persons);

    /// <summary>Notes a search that was answered, and whom the answer showed; what looks for no person is none.</summary>
    public void Note(Caller caller, IEnumerable<KeyValuePair<string, string>> pairs, SearchQuery query, SearchPage page) => Note(
        caller,
        query.After is null ? PersonLookup.Count(query) : 0,
        PersonLookup.Shown(query, page),
        found: page.Matches.Count > 0,
        PersonLookup.Fingerprint(query.Type, pairs));

    /// <summary>Notes that the caller was shown a person that it did not search for.</summary>
    public void Note(Caller caller, ResourceKey person) => Note(caller, [person]);

    /// <inheritdoc cref="Note(Caller, ResourceKey)"/>
    public void Note(Caller caller, IReadOnlyList<ResourceKey> persons) => Note(caller, 0, persons, found: true, 0);

    /// <summary>Notes that the caller described persons, and who the answer said they may be.</summary>
    public void NoteMatch(Caller caller, int asked, IReadOnlyList<ResourceKey> persons, long fingerprint) =>
        Note(caller, asked, persons, found: persons.Count > 0, fingerprint);

    /// <summary>Has it written down what was noticed. The caller gets its answer whether or not this succeeds.</summary>
    public Task TellAsync() => watch.TellAsync();

    private void Note(Caller caller, int asked, IReadOnlyList<ResourceKey> shown, bool found, long fingerprint)
    {
        if (asked > 0 || shown.Count > 0)
        {
            // Police have a way to a person that comes with an incident (Patient/$crisis-summary); this is not it.
            watch.Note(
                caller,
                officer: null,
                fingerprint,
                asked,
                found,
                hadIncident: !caller.Has("officer"),
                [.. shown.Select(PersonLookup.FingerprintOf)]);
        }
    }
}

/// <summary>Notices callers that look for more persons than their work needs.</summary>
internal interface ILookupWatch
{
    /// <param name="officer">Who asked through a system that asks for many, or null.</param>
    /// <param name="fingerprint">Which lookup it was, as <see cref="PersonLookup.Fingerprint"/> says it.</param>
    /// <param name="asked">How many persons it was for, as <see cref="PersonLookup.Count"/> says it.</param>
    /// <param name="found">Whether the caller was shown anything.</param>
    /// <param name="hadIncident">Whether it came with an incident, where the caller needs one.</param>
    /// <param name="shown">Whom the answer showed: beyond the number that was asked for, each is a person that was looked for.</param>
    void Note(Caller caller, string? officer, long fingerprint, int asked, bool found, bool hadIncident, IReadOnlyList<long> shown);

    /// <summary>Writes down what was noticed and nobody has written down yet.</summary>
    Task TellAsync();
}
