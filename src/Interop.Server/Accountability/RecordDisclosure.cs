using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Profiles;
using Interop.Fhir.References;
using Interop.Fhir.Search;
using Interop.Fhir.Validation;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Accountability;

/// <summary>
/// <c>POST /fhir/Consent/$record-disclosure</c> (https://hl7.org/fhir/us/consent-management): what went out on paper or by telephone, as an
/// AuditEvent with the consent that it rested on; or with <c>basis</c>, what else it rested on, in words.
/// </summary>
internal static class RecordDisclosure
{
    private const string Event = "Parameters.parameter.where(name='disclosure').resource";

    public static void Map(FhirRoutes fhir) => fhir.Post("/Consent/$record-disclosure", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller,
        HttpRequest request,
        GuardedAccounts accounts,
        ProfileSet profiles,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("disclosure", "consent", "basis");
        if (!input.Resources.TryGetValue("disclosure", out var audited))
        {
            throw new FhirException(IssueCode.Required, "The parameter disclosure is missing: an AuditEvent.");
        }

        var issues = profiles.Validate(audited).Where(issue => issue.Severity <= IssueSeverity.Error).ToList();
        if (issues.Count > 0)
        {
            throw new FhirException(400, [.. issues.Select(issue => issue with { Expression = $"{Event}: {issue.Expression}" })]);
        }

        var consent = input["consent"] is { } reference ? ConsentOf(reference, settings) : (ResourceKey?)null;
        if (consent is null && input["basis"] is not { Length: > 0 })
        {
            throw new FhirException(IssueCode.Required, "The parameter consent is missing; what rests on none says in basis on what.");
        }

        await accounts.RecordAsync(caller, Read(audited, consent, input["basis"], settings), cancellationToken);
        return FhirResult.Checked([new(IssueSeverity.Information, "informational", "The disclosure is written down.", null)]);
    }

    private static ResourceKey ConsentOf(string reference, InteropSettings settings)
    {
        using var document = Parsed(reference);
        return Local(document.RootElement, settings) is { Type: "Consent" } key
            ? key
            : throw new FhirException(IssueCode.Value, "The parameter consent must be a Reference to a Consent of this server.");
    }

    private static JsonDocument Parsed(string json)
    {
        try
        {
            return JsonDocument.Parse(json, FhirJson.Parsing);
        }
        catch (JsonException)
        {
            throw new FhirException(IssueCode.Value, "The parameter consent must be a Reference.");
        }
    }

    private static OtherDisclosure Read(byte[] audited, ResourceKey? consent, string? basis, InteropSettings settings)
    {
        using var document = JsonDocument.Parse(audited, FhirJson.Parsing);
        var root = document.RootElement;
        if (root.GetProperty("resourceType").GetString() != GuardedAudit.Type)
        {
            throw new FhirException(IssueCode.Value, "A disclosure is told as an AuditEvent.", Event);
        }

        if (root.TryGetProperty("outcome", out var outcome) && outcome.GetString() != "0")
        {
            throw new FhirException(IssueCode.BusinessRule, "What did not succeed disclosed nothing.", $"{Event}.outcome");
        }

        var entities = root.Items("entity").ToList();
        var patients = entities.Where(entity => entity.TryGetProperty("what", out _)).Select(entity => entity.GetProperty("what"))
            .Select(what => Local(what, settings)).OfType<ResourceKey>().Where(key => key.Type == "Patient").Distinct().ToList();
        if (patients is not [var patient])
        {
            throw new FhirException(
                IssueCode.BusinessRule,
                "It must be about one Patient of this server: an entity whose what refers to her.",
                $"{Event}.entity");
        }

        var described = entities.Select(entity => entity.Text("description")).OfType<string>().ToList();
        if (described.Count == 0)
        {
            throw new FhirException(
                IssueCode.BusinessRule, "An entity must say what was given, as description.", $"{Event}.entity.description");
        }

        var recipients = root.Items("agent").Where(IsRecipient).Where(agent => agent.TryGetProperty("who", out _))
            .Select(agent => (Agent: agent, Key: Local(agent.GetProperty("who"), settings)))
            .ToList();
        var recipient = recipients.FirstOrDefault(item => item.Key is { Type: "Organization" });
        var name = recipients.Select(item => item.Agent.GetProperty("who").Text("display") ?? item.Agent.Text("name"))
            .FirstOrDefault(text => text is not null);
        if (recipient.Key is null && name is null)
        {
            throw new FhirException(
                IssueCode.BusinessRule,
                "An agent of the type 110152 (destination) must say who got it: a reference to an Organization, or a display.",
                $"{Event}.agent");
        }

        return new(
            patient,
            recipient.Key?.Id,
            name,
            DateOf(root),
            string.Join("; ", described),
            [
                .. root.Items("purposeOfEvent").SelectMany(purpose => purpose.Items("coding"))
                    .Select(coding => coding.Text("code")).OfType<string>(),
            ],
            consent,
            basis);
    }

    /// <summary>When it happened, or since when; else when it was noted.</summary>
    private static string DateOf(JsonElement root)
    {
        var text = root.TryGetProperty("period", out var period) && period.Text("start") is { } start ? start : root.Text("recorded")!;
        return DateInterval.TryParse(text) is null
            ? throw new FhirException(IssueCode.Value, "It is no date or time.", $"{Event}.period.start")
            : text;
    }

    private static bool IsRecipient(JsonElement agent) =>
        agent.TryGetProperty("type", out var type) && type.Items("coding").Any(coding => coding.Text("code") is "110152" or "IRCP");

    private static ResourceKey? Local(JsonElement reference, InteropSettings settings) =>
        reference.Text("reference") is { } literal && settings.Bases.Read(literal) is ReferenceReading.Local { Key: var key } ? key : null;
}
