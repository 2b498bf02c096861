using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Lifecycles;

/// <summary>What has ended does not go back, whoever changes it.</summary>
internal sealed class StatusEndRule(string type) : TypeRule(type)
{
    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        if (step.Before is not { } before || StatusOf(before) is not { } from || StatusOf(step.After) is not { } to || from == to
            || StatusEnds.After(Type, from) is not { } open || open.Contains(to))
        {
            return null;
        }

        return new(
            IssueCode.BusinessRule,
            open.Count == 0 ? $"What is {from} stays so." : $"What is {from} stays so, or becomes {string.Join(" or ", open)}.",
            $"{Type}.status");
    }

    private static string? StatusOf(ReadOnlyMemory<byte> resource) => TopLevel.Text(resource.Span, "status");
}
