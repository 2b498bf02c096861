using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Instruments;

/// <summary>
/// What follows from the answers to an instrument, in the record in which they are: the score, and the Flag that it raises.
/// </summary>
internal sealed class InstrumentScores(GuardedTransaction transaction, StoredStep step, ReadOnlyMemory<byte> secret)
{
    private const string Snomed = "http://snomed.info/sct";
    private const string Interpretation = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

    private ResourceKey ScoreKey => new("Observation", NameBasedId.Of(secret.Span, $"score|{step.Key}"));

    private ResourceKey FlagKey => new("Flag", NameBasedId.Of(secret.Span, $"score-flag|{step.Key}"));

    /// <summary>Stores the score, and gives where it is.</summary>
    /// <param name="response">The answers.</param>
    public ResourceKey Put(Instrument instrument, InstrumentScore score, JsonElement response)
    {
        var isNew = !transaction.Has(ScoreKey);
        var observation = new Observation
        {
            Id = ScoreKey.Id,
            Status = isNew ? ObservationStatus.Final : ObservationStatus.Amended,
            Category =
            [
                new("http://terminology.hl7.org/CodeSystem/observation-category", "survey"),
                .. instrument.Category is { } category
                    ? (CodeableConcept[])[new($"{CrisisProfiles.Base}/CodeSystem/observation-category", category)]
                    : [],
            ],
            Code = new("http://loinc.org", instrument.Result),
            Subject = new(response.At("subject").Text("reference")),
            Encounter = response.At("encounter").Text("reference") is { } encounter ? new(encounter) : null,
            Effective = new FhirDateTime(response.Text("authored") ?? Instants.ToText(step.Instant)),
            Issued = Instants.ToDateTimeOffset(step.Instant),
            Value = score.Level is { } level
                ? new CodeableConcept($"{CrisisProfiles.Base}/CodeSystem/risk-level", level)
                : new Integer(score.Sum),
            Interpretation = score.Band is { } band ? [new(Interpretation, band.Code) { Text = band.Text }] : [],
            DerivedFrom = [step.Key.ToReference()],
        };
        var made = MappedResource.Of(observation);
        transaction.Put(made.Key, step.Custodian, made.Json);
        PutFlag(score.Alerts.Select(alert => alert.Flag).FirstOrDefault(code => code is not null), observation);
        return made.Key;
    }

    /// <summary>Answers that are no longer there, or that were never given, have no score.</summary>
    public void Withdraw()
    {
        End(ScoreKey, "entered-in-error");
        End(FlagKey, "entered-in-error");
    }

    private void PutFlag(string? code, Observation observation)
    {
        if (code is null)
        {
            End(FlagKey, "inactive");
            return;
        }

        var flag = MappedResource.Of(new Flag
        {
            Id = FlagKey.Id,
            Status = Flag.FlagStatus.Active,
            Category = [new("http://terminology.hl7.org/CodeSystem/flag-category", "safety")],
            Code = new(Snomed, code),
            Subject = new(observation.Subject!.Reference),
            Encounter = observation.Encounter is { } encounter ? new(encounter.Reference) : null,
            Period = new() { Start = Instants.ToDateTimeOffset(step.Instant).ToDateTimeText() },
        });
        if (!transaction.Has(flag.Key))
        {
            transaction.Put(flag.Key, step.Custodian, flag.Json);
        }
    }

    private void End(ResourceKey key, string status)
    {
        if (transaction.KeeperOf(key) is { } keeper && transaction.BytesOf(key) is { } stored
            && TopLevel.Text(stored.Span, "status") != status)
        {
            transaction.Put(
                key, keeper, TopLevel.Replace(stored.ToArray(), "status", JsonSerializer.SerializeToUtf8Bytes(status)));
        }
    }
}

/// <summary>The parts of this room.</summary>
internal static class InstrumentServices
{
    public static IServiceCollection AddInstruments(this IServiceCollection services)
    {
        services.AddSingleton(Instrument.Set);
        services.AddSingleton<TypeRule, InstrumentRule>();
        return services;
    }
}
