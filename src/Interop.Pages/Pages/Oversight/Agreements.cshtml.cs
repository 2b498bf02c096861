using Hl7.Fhir.Model;
using Interop.Pages.Looks;

namespace Interop.Pages.Pages.Oversight;

/// <summary>How the agreements with all other agencies stand.</summary>
public sealed class AgreementsModel : AppPage
{
    public IReadOnlyList<(Organization Agency, IReadOnlyList<AgreementFacts> Agreements)> Rows { get; private set; } = [];

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        var rows = new List<(Organization, IReadOnlyList<AgreementFacts>)>();
        foreach (var agency in (await Api.FindAsync<Organization>("Organization?active=true&_sort=name&_count=50"))
            .Where(one => $"Organization/{one.Id}" != Agency))
        {
            if (await Api.ReadAsync<Parameters>($"Organization/{agency.Id}/$agreement") is { } answer)
            {
                rows.Add((agency, AgreementFacts.Of(answer)));
            }
        }

        Rows = rows;
    }
}
