using System.Text;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// Labels rise by themselves. Who takes one away, in <c>meta.security</c> or by another code, is the privacy officer of who keeps the
/// record, and says why in the extension <c>relabel-reason</c>. That is kept as a Provenance, and not in the record.
/// </summary>
internal sealed class Relabelling(Secrets secrets)
{
    public const string Reason = $"{CrisisProfiles.Base}/StructureDefinition/relabel-reason";

    /// <summary>An update as it is to be stored, or why it may not be.</summary>
    /// <param name="body">As it was sent.</param>
    public static (byte[] Body, IReadOnlyList<Issue> Issues) Of(
        GuardedTransaction transaction, SeenResource seen, byte[] body, string custodian)
    {
        var lost = LostBy(transaction, seen, body, custodian);
        var reason = ReasonIn(body);
        if (lost.Count == 0)
        {
            return reason is null
                ? (body, [])
                : ([], [Objection("business-rule", "The change takes no label away, for which there would be a reason.", seen)]);
        }

        var codes = string.Join(", ", lost);
        var forbidden = new Issue(IssueSeverity.Error, "forbidden", $"Taking labels away ({codes}) is the privacy officer's to do.", null);
        return !transaction.Caller.Has("privacy-officer") ? ([], [forbidden])
            : string.IsNullOrWhiteSpace(reason)
                ? ([], [Objection("required", $"Who takes labels away ({codes}) says why, in the extension {Reason}.", seen)])
            : (WithoutReason(body), []);
    }

    /// <summary>Writes down that labels were taken away, once the update is stored.</summary>
    /// <inheritdoc cref="Of"/>
    public void Record(GuardedTransaction transaction, SeenResource seen, byte[] body, string custodian)
    {
        var lost = LostBy(transaction, seen, body, custodian);
        if (lost.Count == 0)
        {
            return;
        }

        var id = NameBasedId.Of(secrets.Key.Span, $"relabelled|{seen.Key}|{seen.Version}");
        var record = ChangeRecord.Of(transaction, id, seen.Key, new() { Text = ReasonIn(body) });
        transaction.Put(record.Key, custodian, record.Json);
        transaction.Relabelled[seen.Key] = (lost, record.Key);
    }

    // What has no label loses none: most records.
    private static IReadOnlyList<string> LostBy(GuardedTransaction transaction, SeenResource seen, byte[] body, string custodian) =>
        seen.Labels == 0 ? [] : transaction.LabelsLost(seen, body, custodian);

    private static Issue Objection(string code, string rule, SeenResource seen) =>
        new(IssueSeverity.Error, code, rule, $"{seen.Key.Type}.extension");

    private static string? ReasonIn(byte[] body)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        var reason = document.RootElement.Extension(Reason);
        return reason.ValueKind == JsonValueKind.Object ? reason.Text("valueString") ?? string.Empty : null;
    }

    private static byte[] WithoutReason(byte[] body)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        var kept = document.RootElement.Items("extension").Where(extension => extension.Text("url") != Reason)
            .Select(extension => extension.GetRawText()).ToList();
        return kept.Count == 0
            ? TopLevel.Remove(body, "extension")
            : TopLevel.Replace(body, "extension", Encoding.UTF8.GetBytes($"[{string.Join(',', kept)}]"));
    }
}
