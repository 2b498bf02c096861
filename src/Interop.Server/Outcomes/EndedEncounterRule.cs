using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Settings;

namespace Interop.Server.Outcomes;

/// <summary>An encounter of the programme that ends owes the facts about what became of it.</summary>
internal sealed class EndedEncounterRule(OwedOutcomes owed, InteropSettings settings) : TypeRule("Encounter")
{
    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        var isOver = step.Body is { } body && IsOver(body);
        var wasOver = step.Before is { } before && IsOver(before);
        if (step.Custodian == settings.Custodian && (isOver || wasOver))
        {
            transaction.AtEnd(() => owed.Settle(transaction, step.Key));
        }
    }

    private static bool IsOver(ReadOnlyMemory<byte> encounter) => TopLevel.Text(encounter.Span, "status") == "finished";
}
