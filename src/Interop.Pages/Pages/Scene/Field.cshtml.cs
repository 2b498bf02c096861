using Hl7.Fhir.Model;

namespace Interop.Pages.Pages.Scene;

/// <summary>Open incidents of the programme: those of the person who looks first.</summary>
public sealed class FieldModel : AppPage
{
    public IReadOnlyList<FieldRow> Rows { get; private set; } = [];

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        var roles = (await Api.FindAsync<PractitionerRole>($"PractitionerRole?practitioner={Me}"))
            .Select(role => $"PractitionerRole/{role.Id}");
        var mine = roles.Append(Me).ToHashSet();
        var found = await Api.SearchAsync(
            "Encounter?class=FLD&status=planned,arrived,in-progress&_sort=-date&_count=50&_include=Encounter:patient");
        var persons = ById<Patient>(found);
        Rows =
        [
            .. found.Entry.Select(entry => entry.Resource).OfType<Encounter>().Select(encounter => new FieldRow(
                    encounter,
                    persons.GetValueOrDefault(encounter.Subject?.Reference ?? string.Empty),
                    encounter.Participant.Any(part => mine.Contains(part.Individual?.Reference ?? string.Empty))))
                .OrderByDescending(row => row.IsMine),
        ];
    }
}

/// <param name="IsMine">Whether the person who looks is of the team.</param>
public sealed record FieldRow(Encounter Encounter, Patient? Person, bool IsMine)
{
    /// <summary>As dispatch numbers it.</summary>
    public string? Number => Encounter.Identifier.FirstOrDefault(id => id.System == "urn:interop:incident")?.Value
        ?? Encounter.Identifier.FirstOrDefault()?.Value;
}
