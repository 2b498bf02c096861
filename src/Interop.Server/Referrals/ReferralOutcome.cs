using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.Referrals;

/// <summary>
/// What a resource says that a referral's outcome names: its status, its time and, where it is not sensitive, its code. They stand beside
/// the reference, so that who asked learns what came of it also where the resource itself is not to be seen.
/// </summary>
internal static class ReferralOutcome
{
    private static readonly string[] Codes = ["code", "type", "serviceType", "category"];

    private static readonly string[] Times =
        ["performedDateTime", "effectiveDateTime", "start", "occurrenceDateTime", "issued", "date", "authoredOn"];

    private static readonly string[] Periods = ["performedPeriod", "effectivePeriod", "period", "occurrencePeriod"];

    /// <summary>The Task with what its new outputs name: of its writer's own records, as what others keep is theirs to tell.</summary>
    public static byte[] Told(GuardedTransaction transaction, ReadOnlyMemory<byte> before, byte[] task)
    {
        var (known, person) = (Named(before), Referral.At(task, "for"));
        var told = new TaskBody(task);
        foreach (var key in Named(task).Except(known))
        {
            if (transaction.KeeperOf(key) == transaction.Caller.Organization && transaction.Read(key, transaction.Sight) is { } seen)
            {
                Tell(told, seen.Body, person, isPlain: !transaction.IsLabelled(key));
            }
        }

        return told.Bytes;
    }

    private static void Tell(TaskBody told, ReadOnlyMemory<byte> resource, ResourceKey? person, bool isPlain)
    {
        using var document = JsonDocument.Parse(resource, FhirJson.Parsing);
        var root = document.RootElement;
        var subject = root.At("subject").Text("reference") ?? root.At("patient").Text("reference")
            ?? root.All("participant.actor.reference").Select(actor => actor.GetString()).FirstOrDefault(actor => actor == $"{person}");
        if (person is null || subject != person.ToString())
        {
            return;
        }

        if (root.Text("status") is { } status)
        {
            told.Output("outcome-status", writer => writer.WriteString("valueCode", status));
        }

        if (isPlain && Codes.SelectMany(name => root.Items(name)).FirstOrDefault(code => code.ValueKind == JsonValueKind.Object) is
            { ValueKind: JsonValueKind.Object } concept)
        {
            told.Output("outcome-code", writer =>
            {
                writer.WritePropertyName("valueCodeableConcept");
                concept.WriteTo(writer);
            });
        }

        var time = Times.Select(name => root.Text(name)).FirstOrDefault(text => text is not null)
            ?? Periods.Select(period => root.At(period).Text("start")).FirstOrDefault(text => text is not null);
        if (time is not null)
        {
            told.Output("outcome-time", writer => writer.WriteString("valueDateTime", time));
        }
    }

    private static List<ResourceKey> Named(ReadOnlyMemory<byte> task)
    {
        using var document = JsonDocument.Parse(task, FhirJson.Parsing);
        return
        [
            .. document.RootElement.All("output.valueReference.reference").Select(reference => reference.GetString()).OfType<string>()
                .Select(text => ResourceKey.TryParse(text)).OfType<ResourceKey>().Distinct(),
        ];
    }
}
