using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Partner;

/// <summary>Registers a system of the agency, within its agreement: a client with keys of its own (client credentials).</summary>
public sealed class SystemNewModel(IssuerApi issuer) : AppPage
{
    /// <summary>What the agreements in force allow.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>Codes of purposes of use.</summary>
    public IReadOnlyList<string> Purposes { get; private set; } = [];

    public SentKeys Sent { get; private set; } = SentKeys.None;

    public System.Threading.Tasks.Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        await LoadAsync();
        Sent = SentKeys.Of(Request.Form);
        if (Sent.ToJson() is not { } client)
        {
            Object(T["Give an address or a key set, not both. A key set is a JSON object."]);
            return Page();
        }

        client["client_id"] = Given("system");
        client["client_name"] = Given("name");
        client["agency"] = Agency;
        client["grant_types"] = new JsonArray("client_credentials");
        client["scope"] = string.Join(' ', Request.Form["scope"].AsEnumerable().Append("client.keys"));
        client["purpose_of_use"] = string.Join(' ', Request.Form["purpose"].AsEnumerable());
        if (await issuer.RegisterAsync(client) is { } objection)
        {
            ObjectAsTold(objection, T["The issuer did not do it."]);
            return Page();
        }

        return LocalRedirect(IsId(Given("system")) ? $"/app/agency/systems/{Given("system")}?done=saved" : "/app/agency?done=saved");
    }

    /// <summary>What was typed, where the page comes back.</summary>
    public string? Given(string name) => Request.HasFormContentType ? Request.Form[name].ToString().Trim() : null;

    /// <summary>What was chosen; all of it where nothing has been sent yet.</summary>
    public bool Chose(string name, string value) => !Request.HasFormContentType || Request.Form[name].Contains(value);

    private async System.Threading.Tasks.Task LoadAsync()
    {
        var inForce = (await Api.ReadAsync<Parameters>($"{Agency}/$agreement") is { } answer ? AgreementFacts.Of(answer) : [])
            .Where(agreement => agreement.IsInForce).ToList();
        Scopes = [.. inForce.SelectMany(agreement => agreement.Scopes).Distinct()];
        Purposes = [.. inForce.SelectMany(agreement => agreement.Purposes).Distinct()];
    }
}
