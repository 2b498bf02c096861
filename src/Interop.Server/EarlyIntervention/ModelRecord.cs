using System.Text;
using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// What is stored of a model: a Library with its card. Draft is one that nobody has accepted, active one that works, retired one that was
/// stopped and never works again.
/// </summary>
internal static class ModelRecord
{
    public const string Kinds = CrisisProfiles.Base + "/CodeSystem/prediction-artifact";
    public const string Model = "risk-model";
    public const string Drift = "drift-report";

    public const string Draft = "draft";
    public const string Active = "active";
    public const string Retired = "retired";

    private const string JsonType = "application/json";

    public static ResourceKey KeyOf(RiskModelFile file, ReadOnlySpan<byte> secret) =>
        new("Library", NameBasedId.Of(secret, $"{Model}|{file.Sha256}"));

    public static ResourceKey DeviceOf(RiskModelFile file, ReadOnlySpan<byte> secret) =>
        new("Device", NameBasedId.Of(secret, $"{Model}|{file.Sha256}"));

    public static ResourceKey DriftOf(RiskModelFile file, DateOnly month, ReadOnlySpan<byte> secret) =>
        new("Library", NameBasedId.Of(secret, $"{Drift}|{file.Sha256}|{month:yyyy-MM}"));

    /// <summary>Whether a Library is one of ours: nobody else writes such.</summary>
    public static bool IsOurs(ReadOnlyMemory<byte> library)
    {
        using var document = JsonDocument.Parse(library, FhirJson.Parsing);
        return document.RootElement.Code("type", Kinds) is Model or Drift;
    }

    public static MappedResource Of(RiskModelFile file, string custodian, long instant, ReadOnlySpan<byte> secret) => MappedResource.Of(
        new Library
        {
            Id = KeyOf(file, secret).Id,
            Version = file.Version,
            Name = "RiskModel",
            Title = "Model card: another crisis encounter within 90 days",
            Status = PublicationStatus.Draft,
            Type = new(Kinds, Model),
            Date = Elements.Instant(instant).JsonValue as string,
            Publisher = custodian,
            Description = $"SHA-256 {file.Sha256}",
            Content = [new() { ContentType = JsonType, Data = file.Json }],
        });

    /// <summary>The author of its drafts.</summary>
    public static MappedResource AuthorOf(RiskModelFile file, string custodian, ReadOnlySpan<byte> secret) => MappedResource.Of(new Device
    {
        Id = DeviceOf(file, secret).Id,
        Status = Device.FHIRDeviceStatus.Active,
        Owner = new($"Organization/{custodian}"),
        DeviceName = [new() { Name = "Interop risk model", Type = DeviceNameType.ModelName }],
        Version = [new() { Value = file.Version }],
    });

    public static MappedResource DriftReport(
        ResourceKey key, RiskModelFile file, DateOnly month, byte[] json, string custodian, long instant, ReadOnlySpan<byte> secret) =>
        MappedResource.Of(new Library
        {
            Id = key.Id,
            Version = file.Version,
            Name = "RiskModelDrift",
            Title = $"Drift report: {month:yyyy-MM}",
            Status = PublicationStatus.Active,
            Type = new(Kinds, Drift),
            Date = Elements.Instant(instant).JsonValue as string,
            Publisher = custodian,
            EffectivePeriod = new() { Start = $"{month:yyyy-MM}", End = $"{month:yyyy-MM}" },
            RelatedArtifact =
            [
                new() { Type = RelatedArtifact.RelatedArtifactType.DerivedFrom, Resource = KeyOf(file, secret).ToString() },
            ],
            Content = [new() { ContentType = JsonType, Data = json }],
        });

    public static string? StatusOf(ReadOnlyMemory<byte> library) => TopLevel.Text(library.Span, "status");

    /// <summary>With another status, and why, where there is a reason; accepted where it becomes active.</summary>
    public static byte[] Moved(ReadOnlyMemory<byte> library, string status, string? reason, DateOnly day)
    {
        var moved = TopLevel.Replace(library.Span, "status", JsonSerializer.SerializeToUtf8Bytes(status));
        moved = status == Active
            ? TopLevel.Replace(moved, "approvalDate", Encoding.UTF8.GetBytes($"\"{day:yyyy-MM-dd}\""))
            : moved;
        var said = $"{TopLevel.Text(moved, "description")}. {reason}";
        return reason is null ? moved : TopLevel.Replace(moved, "description", JsonSerializer.SerializeToUtf8Bytes(said));
    }
}

/// <summary>Model cards and reports of drift are the server's: what changes of them is done by operations.</summary>
internal sealed class ModelRecordRule() : TypeRule("Library")
{
    private static readonly WriteResult.Refused Own = new(
        IssueCode.Forbidden, "A model's card is the server's: $accept-model and $stop-model say how it stands.", "Library.type");

    public override WriteResult.Refused? Reached(ResourceStep step) =>
        ModelRecord.IsOurs(step.After) || (step.Before is { } before && ModelRecord.IsOurs(before)) ? Own : null;

    public override WriteResult.Refused? Ended(string id, ReadOnlyMemory<byte> stored) => ModelRecord.IsOurs(stored) ? Own : null;
}
