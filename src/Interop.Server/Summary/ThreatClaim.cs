using Interop.Server.Http;

namespace Interop.Server.Summary;

/// <summary>
/// What an officer says who asks for more than a person shares, because somebody's life is in danger (45 CFR 164.512(j)(1)(i)). All three
/// parameters, or none.
/// </summary>
/// <param name="Justification">In words, of 10 to 1000 characters.</param>
/// <param name="Supervisor">Who of the officer's agency has approved it: name or badge.</param>
internal sealed record ThreatClaim(string Justification, string Supervisor)
{
    public static readonly string[] Names = ["basis", "justification", "supervisor"];

    private const string Basis = "serious-imminent-threat";

    /// <exception cref="FhirException">400 where one is missing, 422 where it is no such ground.</exception>
    public static ThreatClaim? Read(IReadOnlyDictionary<string, string> values)
    {
        if (!Names.Any(values.ContainsKey))
        {
            return null;
        }

        if (Names.FirstOrDefault(name => !values.ContainsKey(name)) is { } missing)
        {
            throw new FhirException(
                IssueCode.Required, $"With the others of {string.Join(", ", Names)} {missing} is needed.", At(missing));
        }

        var (justification, supervisor) = (values["justification"].Trim(), values["supervisor"].Trim());
        return values["basis"] != Basis
                ? throw new FhirException(
                    IssueCode.BusinessRule,
                    $"The only basis here is {Basis} (45 CFR 164.512(j)(1)(i)): identification, custody, orders and requests in writing go"
                        + " to the privacy officer.",
                    At("basis"))
            : justification.Length is < 10 or > 1000
                ? throw new FhirException(
                    IssueCode.BusinessRule, "The justification says in 10 to 1000 characters what threatens whom.", At("justification"))
            : supervisor.Length is 0 or > 100 || supervisor == values["officer"].Trim()
                ? throw new FhirException(
                    IssueCode.BusinessRule, "The supervisor is somebody else than the officer who asks.", At("supervisor"))
            : new(justification, supervisor);
    }

    private static string At(string name) => $"Parameters.parameter.where(name='{name}')";
}
