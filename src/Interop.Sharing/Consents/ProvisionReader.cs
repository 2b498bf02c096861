using System.Text.Json;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>Reads the provision tree of a consent (https://hl7.org/fhir/R4/consent.html), noting what it cannot evaluate.</summary>
internal static class ProvisionReader
{
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    private const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    private const string Actions = "http://terminology.hl7.org/CodeSystem/consentaction";
    private const string OwnLabels = "https://interop.example/fhir/CodeSystem/sharing-label";
    private const string Ranks = "ULMNRV";

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "id", "extension", "type", "period", "actor", "action", "securityLabel", "purpose", "provision",
    };

    private static readonly HashSet<string> KnownActions =
        new(StringComparer.Ordinal) { "collect", "access", "use", "disclose", "correct" };

    /// <param name="json">Undefined for a consent without a provision, which permits nothing and denies nothing.</param>
    /// <param name="parent">Whether the parent permits; null for the root, whose type is deny when absent.</param>
    /// <param name="place">Where it stands in the Consent.</param>
    public static ProvisionFacts Read(JsonElement json, List<string> indeterminate, bool? parent, string place = "provision")
    {
        var path = parent is null ? "provision" : "provision.provision";
        if (json.ValueKind != JsonValueKind.Object)
        {
            indeterminate.Add(path);
            return new(false, long.MinValue, long.MaxValue, [], false, false, [], true, null, 0, 0, []);
        }

        indeterminate.AddRange(json.EnumerateObject()
            .Where(property => !Known.Contains(property.Name) && !property.Name.StartsWith('_'))
            .Select(property => $"{path}.{property.Name}"));
        var permit = json.Text("type") switch
        {
            "permit" => true,
            "deny" => false,
            _ => Unknown(indeterminate, $"{path}.type"),
        };
        var period = FhirPeriod.Read(json, "period", conservative: true);
        if (period.From >= period.To)
        {
            indeterminate.Add($"{path}.period");
        }

        var actors = json.Items("actor").Select(actor => actor.At("reference").OrganizationId()).ToList();
        if (actors.Contains(null))
        {
            indeterminate.Add($"{path}.actor");
        }

        var labels = ReadLabels(json, path, indeterminate);
        return new(
            permit, period.From, period.To, [.. actors.OfType<string>()], actors.Count > 0, actors.Contains(null),
            ReadPurposes(json, path, indeterminate), ReadActions(json, path, indeterminate), labels.Tier, labels.Labels, labels.Rank,
            [.. json.Items("provision").Select((child, number) => Read(child, indeterminate, permit, $"{place}.provision[{number}]"))])
        {
            Path = place,
        };
    }

    private static bool Unknown(List<string> indeterminate, string element)
    {
        indeterminate.Add(element);
        return false;
    }

    private static (Tier? Tier, long Labels, int Rank) ReadLabels(JsonElement json, string path, List<string> indeterminate)
    {
        Tier? tier = null;
        var labels = Labels.None;
        var rank = 0;
        foreach (var coding in json.Items("securityLabel"))
        {
            var (system, code) = (coding.Text("system"), coding.Text("code") ?? string.Empty);
            if (system == TierCodes.System && TierCodes.Parse(code) is { } named)
            {
                tier = tier is null || named > tier ? named : tier;
            }
            else if (system == Confidentiality && code.Length == 1 && Ranks.Contains(code, StringComparison.Ordinal))
            {
                rank = Math.Max(rank, Ranks.IndexOf(code, StringComparison.Ordinal) + 1);
            }
            else if (system is ActCode or OwnLabels && Labels.Parse(code) is { } bit
                && bit is not (Labels.Unknown or Labels.Draft or Labels.Restricted or Labels.VeryRestricted))
            {
                labels |= bit;
            }
            else
            {
                indeterminate.Add($"{path}.securityLabel");
            }
        }

        return (tier, labels, rank);
    }

    private static List<string> ReadPurposes(JsonElement json, string path, List<string> indeterminate)
    {
        var purposes = new List<string>();
        foreach (var coding in json.Items("purpose"))
        {
            if (coding.Text("system") == Purposes.ActReason && coding.Text("code") is { } code && Purposes.IsKnown(code))
            {
                purposes.Add(code);
            }
            else
            {
                indeterminate.Add($"{path}.purpose");
            }
        }

        return purposes;
    }

    private static bool ReadActions(JsonElement json, string path, List<string> indeterminate)
    {
        var codes = json.Items("action")
            .Select(action => action.Items("coding").FirstOrDefault(coding => coding.Text("system") == Actions).Text("code"))
            .ToList();
        if (codes.Any(code => code is null || !KnownActions.Contains(code)))
        {
            indeterminate.Add($"{path}.action");
        }

        return codes.Count == 0 || codes.Contains("access") || codes.Contains("disclose");
    }
}
