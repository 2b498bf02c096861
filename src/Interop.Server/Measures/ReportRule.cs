using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Json;

namespace Interop.Server.Measures;

/// <summary>
/// Reports of the server's measures are made by it alone. Somebody of the programme's administration signs one, by changing its status from
/// pending to complete; from then on it stays as it is.
/// </summary>
internal sealed class ReportRule(Secrets secrets) : TypeRule("MeasureReport")
{
    private const string Pending = "pending";
    private const string Complete = "complete";
    private const string Status = "MeasureReport.status";

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var (wasOurs, isOurs) = (step.Before is { } before && IsOurs(before), IsOurs(step.After));
        return !wasOurs && !isOurs ? OfOthers(step.After)
            : !wasOurs ? new(IssueCode.Forbidden, "Reports of this measure are made by $evaluate-measure.", "MeasureReport.measure")
            : Objection(step.Before!.Value, step.After, step.Transaction.Caller);
    }

    public override WriteResult.Refused? Ended(string id, ReadOnlyMemory<byte> stored) => IsOurs(stored)
        ? new(IssueCode.BusinessRule, "A report is not deleted: those after it were masked against it.", "MeasureReport")
        : null;

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step is { Before: { } before, Body: { } body } && IsOurs(body) && StatusOf(before) == Pending && StatusOf(body) == Complete)
        {
            var caller = transaction.Caller;
            var record = VerificationSignature.Of(
                SignatureOf(secrets, step.Key).Id, step.Key, caller.Practitioner!, caller.Organization, transaction.Instant);
            transaction.Put(record.Key, step.Custodian, record.Json);
        }
    }

    /// <summary>Evaluators read all reports, and whatever is in one that is about persons.</summary>
    private static WriteResult.Refused? OfOthers(ReadOnlyMemory<byte> report)
    {
        using var document = JsonDocument.Parse(report, FhirJson.Parsing);
        var root = document.RootElement;
        string[] personal = ["subject", "text", "contained", "evaluatedResource"];
        var named = personal.FirstOrDefault(element => root.TryGetProperty(element, out _))
            ?? (root.GetRawText().Contains("\"subjectResults\"", StringComparison.Ordinal) ? "subjectResults" : null);
        return root.Text("type") != "summary"
            ? new(IssueCode.BusinessRule, "A report that is kept here is a summary: evaluators read it.", "MeasureReport.type")
            : named is null ? null
            : new(IssueCode.BusinessRule, "A report that is kept here names nobody: evaluators read it.", $"MeasureReport.{named}");
    }

    private static WriteResult.Refused? Objection(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, Caller caller) =>
        StatusOf(before) == Complete ? new(IssueCode.BusinessRule, "A signed report stays as it is.", "MeasureReport")
        : StatusOf(after) != Complete || !IsSame(before, after)
            ? new(IssueCode.BusinessRule, "Of a report only the status changes, from pending to complete: that signs it.", Status)
        : !caller.Has("agency-administrator") || caller is not { IsPerson: true, Practitioner: not null }
            ? new(
                IssueCode.Forbidden,
                "A report is signed by somebody of the programme's administration: a token with the role agency-administrator that names a"
                + " Practitioner (fhirUser).",
                Status)
        : null;

    /// <summary>Under which key the Provenance is stored by which somebody signed the report.</summary>
    public static ResourceKey SignatureOf(Secrets secrets, ResourceKey report) =>
        new("Provenance", NameBasedId.Of(secrets.Key.Span, $"signed|{report}"));

    /// <summary>Whether the report says that it is signed.</summary>
    public static bool IsComplete(ReadOnlyMemory<byte> report) => StatusOf(report) == Complete;

    private static bool IsOurs(ReadOnlyMemory<byte> report) => CrisisMeasure.Of(TopLevel.Text(report.Span, "measure")) is not null;

    private static string? StatusOf(ReadOnlyMemory<byte> report) => TopLevel.Text(report.Span, "status");

    private static bool IsSame(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after)
    {
        using var one = Parsed(before);
        using var other = Parsed(after);
        return JsonElement.DeepEquals(one.RootElement, other.RootElement);
    }

    /// <summary>All but the status, and what each version has of its own.</summary>
    private static JsonDocument Parsed(ReadOnlyMemory<byte> report) =>
        JsonDocument.Parse(TopLevel.Remove(TopLevel.Remove(report.Span, "meta"), "status"), FhirJson.Parsing);
}
