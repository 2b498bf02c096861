using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>How one agreement stands, as <c>Organization/[id]/$agreement</c> says.</summary>
/// <param name="Problems">Why it is not in force, a sentence each.</param>
public sealed record AgreementFacts(
    string Contract,
    bool IsInForce,
    string Tier,
    string? Start,
    string? End,
    string? Review,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Problems)
{
    public static IReadOnlyList<AgreementFacts> Of(Parameters answer) => [.. answer.Get("agreement").Select(Of)];

    private static AgreementFacts Of(Parameters.ParameterComponent group)
    {
        IReadOnlyList<string> All(string name) => [.. group.Part.Where(part => part.Name == name).Select(part => $"{part.Value}")];
        string? One(string name) => All(name) is [var value, ..] ? value : null;
        return new(
            One("contract") ?? string.Empty, One("inForce") == "true", One("tier") ?? string.Empty, One("start"), One("end"), One("review"),
            All("purpose"), All("scope"), All("problem"));
    }
}
