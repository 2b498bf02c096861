using System.Text.Json;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Server.Referrals;

/// <summary>
/// A request that rests on treatment (45 CFR 164.506(c)(2)): its category says so, and then the tier table shows its performers what is
/// asked, as far as their agreement clears its labels and the person has not refused. Which is why each of them must treat people.
/// </summary>
internal sealed class TreatmentBasis(Judge judge, SharingPolicy policy)
{
    public const string System = CrisisProfiles.Base + "/CodeSystem/disclosure-basis";

    private const string Treatment = "treatment";

    /// <summary>Whether a ServiceRequest rests on it.</summary>
    public static bool IsOf(ReadOnlyMemory<byte> request) => CodesOf(request).Contains(Treatment);

    /// <summary>What its category says that it rests on, codes that nobody knows included.</summary>
    public static IReadOnlyList<string?> CodesOf(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request, FhirJson.Parsing);
        return
        [
            .. document.RootElement.Items("category").SelectMany(category => category.Items("coding"))
                .Where(coding => coding.Text("system") == System).Select(coding => coding.Text("code")),
        ];
    }

    /// <summary>Why treatment is no ground to show an organisation what is asked; null where it is one.</summary>
    /// <param name="keeper">Id of the Organization whose record the request is.</param>
    public string? Objection(GuardedTransaction transaction, string owner, string keeper)
    {
        if (judge.TypeOf(transaction, owner) is not { } type || !policy.Treats(type))
        {
            return $"Treatment is no basis for Organization/{owner}: only hospitals, providers and programmes treat people"
                + " (45 CFR 164.506(c)(2)).";
        }

        var agreements = transaction.AgreementsOf(keeper)
            .Where(agreement => agreement.Grantee == owner && agreement.InForceAt(transaction.Instant))
            .ToList();
        if (!agreements.SelectMany(agreement => agreement.Purposes).Contains("TREAT"))
        {
            return $"The agreement with Organization/{owner} is not for treatment (TREAT).";
        }

        return agreements.Max(agreement => agreement.Ceiling) < Tier.Intermediate
            ? $"The agreement with Organization/{owner} does not open requests (intermediate)."
            : null;
    }

    /// <summary>What else is missing where an organisation that treats people would not see the request.</summary>
    public static Issue Hidden(bool isPerformer) => isPerformer
        ? TaskBody.Objection(
            "Treatment opens no request with a label that the agreement does not name, and no Part 2 record (42 CFR 2.31).",
            "Task.focus")
        : TaskBody.Objection("A request that rests on treatment names its recipient as performer.", "Task.focus");
}

/// <summary>Who asks says that a request rests on treatment only where each performer treats people.</summary>
internal sealed class TreatmentRule(TreatmentBasis basis) : TypeRule("ServiceRequest")
{
    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var codes = TreatmentBasis.CodesOf(step.After);
        if (codes.Count == 0)
        {
            return null;
        }

        if (codes.Any(code => code != "treatment"))
        {
            return Refused($"The only basis that a request can name is treatment, of {TreatmentBasis.System}.", "ServiceRequest.category");
        }

        var keeper = step.Before is null ? step.Writer : step.Transaction.KeeperOf(step.Key) ?? step.Writer;
        foreach (var element in new[] { "performer", "requester" })
        {
            foreach (var party in step.Transaction.OrganizationsAt("ServiceRequest", step.After, element).Where(party => party != keeper))
            {
                if (basis.Objection(step.Transaction, party, keeper) is { } objection)
                {
                    return Refused(objection, $"ServiceRequest.{element}");
                }
            }
        }

        return null;
    }

    private static WriteResult.Refused Refused(string why, string element) => new(IssueCode.BusinessRule, why, element);
}
