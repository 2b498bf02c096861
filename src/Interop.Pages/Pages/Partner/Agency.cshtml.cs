using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Endpoint = Hl7.Fhir.Model.Endpoint;

namespace Interop.Pages.Pages.Partner;

/// <summary>The agency as its administrator sees it: steps with their state, the agreement, systems, endpoints and subscriptions.</summary>
public sealed class AgencyModel(IssuerApi issuer) : AppPage
{
    public Organization? Mine { get; private set; }

    public IReadOnlyList<AgreementFacts> Agreements { get; private set; } = [];

    public IReadOnlyList<RegisteredClient> Clients { get; private set; } = [];

    public IReadOnlyList<Endpoint> Endpoints { get; private set; } = [];

    public IReadOnlyList<Subscription> Subscriptions { get; private set; } = [];

    /// <summary>Steps in their order, each with what is still to do.</summary>
    public IReadOnlyList<(bool IsDone, string What, string How)> Steps { get; private set; } = [];

    public System.Threading.Tasks.Task OnGetAsync() => LoadAsync();

    private async System.Threading.Tasks.Task LoadAsync()
    {
        Mine = await Api.ReadAsync<Organization>(Agency);
        Agreements = await Api.ReadAsync<Parameters>($"{Agency}/$agreement") is { } answer ? AgreementFacts.Of(answer) : [];
        Clients = await issuer.ClientsAsync();
        Endpoints = await Api.FindAsync<Endpoint>($"Endpoint?organization={Agency}&_count=50");
        Subscriptions = await Api.FindAsync<Subscription>("Subscription?_count=50");
        var people = await Api.CountAsync($"PractitionerRole?organization={Agency}");
        Steps =
        [
            (Agreements.Any(one => one.IsInForce), "An agreement is in force", "The programme's office signs it with you."),
            (people > 0, "Your people are on the roster", "Add who works with people in crisis, and their trainings."),
            (Clients.Any(client => client.Status == "sandbox"), "A system tries the sandbox",
                "Register it with its key; it sees invented people only."),
            (Clients.Any(client => client.Status == "live"), "A system is live",
                "It goes live when it has passed the checklist of the sandbox."),
            (Subscriptions.Count > 0, "You are told of referrals", "A system of yours subscribes to the topic referral."),
        ];
    }
}
