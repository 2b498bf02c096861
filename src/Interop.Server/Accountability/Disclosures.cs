using Hl7.Fhir.Model;
using Interop.Fhir.Search;
using Interop.Server.Authoring;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Accountability;

/// <summary>
/// <c>GET /fhir/Patient/[id]/$disclosures?start&amp;end</c>: the accounting as Parameters, or as a page to print where
/// <c>text/html</c> is accepted. For the programme's privacy officer and the person herself.
/// </summary>
internal static class Disclosures
{
    private const string Name = "$disclosures";

    public static void Map(FhirRoutes fhir) => fhir.Get($"/Patient/{{id}}/{Name}", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string id,
        Caller caller,
        HttpRequest request,
        GuardedAccounts accounts,
        AuditEventIds ids,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var isPage = AccountingPage.IsAsked(request);
        if (!isPage)
        {
            FhirRequest.RequireJson(request);
        }

        var patient = FhirRequest.Key("Patient", id);
        var input = OperationInput.FromQuery(request).Allow("start", "end");
        var (start, end) = (Bound(input, "start", settings)?.Low, Bound(input, "end", settings)?.High);
        if (await accounts.OfAsync(caller, patient, Name, cancellationToken) is not { } account)
        {
            return FhirResult.Problem(IssueCode.NotFound, $"{patient} is not known.");
        }

        var accounting = Accounting.Of(account, start, end, settings.Custodian, entry => ids.Of(entry.Chain, entry.Sequence));
        return isPage
            ? FhirResult.Of(AccountingPage.Of(accounting, patient, account.Instant, settings))
            : FhirResult.Of(Written(accounting, patient));
    }

    private static DateInterval? Bound(OperationInput input, string name, InteropSettings settings) => input[name] is not { } text
        ? null
        : DateInterval.TryParse(text, settings.TimeZone)
            ?? throw new FhirException(IssueCode.Value, $"The parameter {name} must be a date or a time.");

    private static OperationOutput Written(Accounting accounting, Fhir.ResourceKey patient)
    {
        var output = new OperationOutput()
            .Add("patient", patient.ToReference())
            .Add("start", Elements.Instant(accounting.From))
            .Add("end", Elements.Instant(accounting.To));
        var number = 0;
        foreach (var entry in accounting.Entries)
        {
            output.Add("disclosure", Parts(entry, ++number));
        }

        return output;
    }

    private static IEnumerable<Parameters.ParameterComponent> Parts(AccountingEntry entry, int number) =>
    [
        .. OperationOutput.Part("number", new PositiveInt(number)),
        .. OperationOutput.Part("date", new FhirDateTime(entry.Date)),
        .. OperationOutput.Part("recipient", new ResourceReference
        {
            Reference = entry.RecipientId is { } id ? $"Organization/{id}" : null, Display = entry.RecipientName,
        }),
        .. OperationOutput.Part("what", new FhirString(entry.What)),
        .. entry.Purposes.SelectMany(purpose => OperationOutput.Part("purpose", new Code(purpose))),
        .. entry.Grounds.SelectMany(ground => OperationOutput.Part("basis", new ResourceReference(ground.Reference)
        {
            Display = ground.Provision,
        })),
        .. entry.IsParty ? OperationOutput.Part("party", new FhirBoolean(true)) : [],
        .. OperationOutput.Part("law", entry.Law is { } law ? new FhirString(law) : null),
        .. OperationOutput.Part("required", new FhirBoolean(entry.IsRequired)),
        .. OperationOutput.Part("exemption", entry.Exemption is { } why ? new FhirString(why) : null),
        .. OperationOutput.Part("event", new ResourceReference($"AuditEvent/{entry.AuditEvent}")),
    ];
}
