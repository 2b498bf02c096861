using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Oversight;

/// <summary>The accounting of disclosures (45 CFR 164.528), to print for the person.</summary>
public sealed class DisclosuresModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public Patient Person { get; private set; } = new();

    public IReadOnlyList<DisclosureRow> Rows { get; private set; } = [];

    public (string? Start, string? End) Period { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<Patient>($"Patient/{Id}") is not { } person)
        {
            return NotFound();
        }

        Person = person;
        var account = (await Api.ReadAsync<Parameters>($"Patient/{Id}/$disclosures"))!;
        Period = ($"{account.GetSingle("start")?.Value}", $"{account.GetSingle("end")?.Value}");
        Rows = [.. account.Get("disclosure").Select(DisclosureRow.Of)];
        return Page();
    }
}

/// <param name="Law">What demands that it be listed; null where nothing does.</param>
public sealed record DisclosureRow(string Number, DateTimeOffset? Date, string Recipient, string What, string Purposes, string? Law)
{
    internal static DisclosureRow Of(Parameters.ParameterComponent row)
    {
        IEnumerable<DataType?> All(string name) => row.Part.Where(part => part.Name == name).Select(part => part.Value);
        string One(string name) => Convert.ToString(All(name).FirstOrDefault(), CultureInfo.InvariantCulture) ?? string.Empty;
        var recipient = All("recipient").OfType<ResourceReference>().FirstOrDefault();
        return new(
            One("number"),
            When.Read(One("date")),
            recipient?.Display ?? Codes.IdOf(recipient),
            One("what"),
            string.Join(", ", All("purpose").Select(purpose => Names.Of("purpose", $"{purpose}"))),
            One("law") is { Length: > 0 } law ? law : null);
    }
}
