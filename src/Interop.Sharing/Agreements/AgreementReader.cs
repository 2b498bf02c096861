using System.Text.Json;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Agreements;

/// <summary>Reads a Contract of the sharing-agreement profile.</summary>
public static class AgreementReader
{
    public const string Profile = "https://interop.example/fhir/StructureDefinition/sharing-agreement";

    /// <summary>
    /// The modifier extension of an agreement that rests: R4's Contract.status has no code for it, and who does not know it must not
    /// share.
    /// </summary>
    public const string Suspension = "https://interop.example/fhir/StructureDefinition/agreement-suspension";

    /// <summary>The extension with one SMART scope that clients of the grantee may be registered for.</summary>
    public const string Scope = "https://interop.example/fhir/StructureDefinition/agreement-scope";

    /// <summary>The extension that says how open a type of resource is to the grantee without more than the agreement.</summary>
    public const string Opening = "https://interop.example/fhir/StructureDefinition/agreement-opening";

    private const string Systems = "https://interop.example/fhir/CodeSystem/";
    private static readonly string[] Terms = ["response-protocol", "information-sharing", "liability", "funding", "metrics"];

    /// <summary>Null for a Contract of another profile; an incomplete one comes out with its problems, not in force.</summary>
    public static Agreement? Read(ReadOnlyMemory<byte> body, string id)
    {
        using var document = JsonDocument.Parse(body, JsonReading.Options);
        var root = document.RootElement;
        if (!root.All("meta.profile").Any(IsOurs))
        {
            return null;
        }

        var problems = new List<string>();
        var terms = root.Items("term")
            .ToLookup(term => term.Code("type", Systems + "agreement-term") ?? string.Empty, StringComparer.Ordinal);
        foreach (var name in Terms)
        {
            var count = terms[name].Count();
            if (count != 1 || string.IsNullOrWhiteSpace(terms[name].First().At("offer").Text("text")))
            {
                problems.Add(count > 1 ? $"term {name} is there {count} times" : $"term {name} is missing or says nothing");
            }
        }

        if (root.Items("modifierExtension").Any(extension => extension.Text("url") != Suspension) || root.Text("implicitRules") is not null)
        {
            problems.Add("it has a modifier that is not known");
        }

        var period = Period(root, problems);
        var dataUse = DataUse([.. terms["data-use"]], problems);
        return Read(root, terms["information-sharing"].FirstOrDefault(), id, period, problems) with { DataUse = dataUse };
    }

    private static Agreement Read(JsonElement root, JsonElement sharing, string id, (long From, long To) period, List<string> problems)
    {
        var grantor = Party(sharing, "grantor", problems);
        var grantee = Party(sharing, "grantee", problems);
        if (grantor == grantee)
        {
            problems.Add("grantor and grantee are the same");
        }

        var label = sharing.Items("securityLabel").FirstOrDefault();
        var classification = label.At("classification");
        var ceiling = classification.Text("system") == TierCodes.System ? TierCodes.Parse(classification.Text("code")) : null;
        if (ceiling is null)
        {
            problems.Add("the tier ceiling is missing or unknown");
        }

        var purposes = Purposes(sharing, problems);
        var review = root.Extension("https://interop.example/fhir/StructureDefinition/agreement-review").Text("valueDate");
        if (review is null)
        {
            problems.Add("the review date is missing");
        }

        var cleared = Cleared(label, problems);
        var opens = Opens(root, problems);
        var scopes = root.Items("extension")
            .Where(extension => extension.Text("url") == Scope)
            .Select(extension => extension.Text("valueString"))
            .OfType<string>()
            .ToList();
        var isSuspended = root.Items("modifierExtension").Any(extension => extension.Text("url") == Suspension);
        return new(
            id,
            grantor,
            grantee,
            ceiling ?? Tier.None,
            cleared,
            purposes,
            period.From,
            period.To,
            review,
            scopes,
            root.Text("status"),
            isSuspended,
            problems)
        {
            Opens = opens,
        };
    }

    /// <summary>
    /// For what the grantee's evaluators may use a limited data set; nothing where the agreement has no such term. What 45 CFR
    /// 164.514(e)(4)(ii)(C) demands of the grantee stands in its text.
    /// </summary>
    private static IReadOnlyList<string> DataUse(IReadOnlyList<JsonElement> terms, List<string> problems)
    {
        if (terms.Count == 0)
        {
            return [];
        }

        var found = new List<string>();
        var purposes = Purposes(terms[0], found);
        if (terms.Count > 1 || string.IsNullOrWhiteSpace(terms[0].At("offer").Text("text")) || found.Count > 0)
        {
            problems.Add("term data-use is there several times, says nothing or has no purpose");
        }

        if (!purposes.TrueForAll(Policy.Purposes.IsOfLimitedDataSet))
        {
            problems.Add($"term data-use has a purpose that is none of {string.Join(", ", Policy.Purposes.OfLimitedDataSet)}");
        }

        return purposes;
    }

    /// <summary>Of two that say something of one type, the one that opens less holds.</summary>
    private static Dictionary<string, Openness> Opens(JsonElement root, List<string> problems)
    {
        var opens = new Dictionary<string, Openness>(StringComparer.Ordinal);
        foreach (var opening in root.Items("extension").Where(extension => extension.Text("url") == Opening))
        {
            var type = opening.Extension("type").Text("valueCode");
            Openness? to = opening.Extension("to").Text("valueCode") switch
            {
                "nobody" => Openness.Closed,
                "who-names" => Openness.Named,
                "all" => Openness.Listed,
                _ => null,
            };
            if (type is null || to is null || !SharingPolicy.Default.Alone.ContainsKey(type))
            {
                problems.Add("an opening names no type that an agreement can open, or does not say to whom");
            }
            else if (!opens.TryGetValue(type, out var known) || to < known)
            {
                opens[type] = to.Value;
            }
        }

        return opens;
    }

    private static bool IsOurs(JsonElement profile) =>
        profile.ValueKind == JsonValueKind.String && profile.GetString()!.Split('|')[0] == Profile;

    private static (long From, long To) Period(JsonElement root, List<string> problems)
    {
        var period = FhirPeriod.Read(root, "applies");
        if (period.From == long.MinValue || period.To == long.MaxValue || period.From >= period.To)
        {
            problems.Add("applies does not say from when to when");
            return (0, 0);
        }

        return period;
    }

    private static string Party(JsonElement sharing, string role, List<string> problems)
    {
        var ids = sharing.At("offer").Items("party")
            .Where(party => party.Code("role", Systems + "agreement-role") == role)
            .SelectMany(party => party.Items("reference"))
            .Select(reference => reference.OrganizationId())
            .ToList();
        if (ids is [{ } id])
        {
            return id;
        }

        problems.Add($"the {role} is not one organisation of this server");
        return string.Empty;
    }

    private static long Cleared(JsonElement label, List<string> problems)
    {
        var cleared = Labels.None;
        foreach (var code in label.Items("category").Select(category => category.Text("code")))
        {
            if (code is not null && Labels.Parse(code) is { } bit && (bit & Labels.Standing) == 0)
            {
                cleared |= bit;
            }
            else if (code is not ("N" or "M" or "L" or "U"))
            {
                problems.Add("a cleared label is not known");
            }
        }

        // What is cleared by being subsumed is cleared, except what only its own name clears.
        return cleared | (Labels.WithSubsumed(cleared) & ~Labels.NamedOnly);
    }

    private static List<string> Purposes(JsonElement sharing, List<string> problems)
    {
        var actions = sharing.Items("action")
            .Where(action => action.Code("type", Systems + "agreement-action") == "disclose"
                && action.Code("status", Systems + "agreement-action-status") == "active")
            .ToList();
        var purposes = actions.Select(action => action.Code("intent", Policy.Purposes.ActReason)).OfType<string>().Distinct().ToList();
        if (purposes.Count == 0 || sharing.Items("action").Any(action => action.At("doNotPerform").ValueKind == JsonValueKind.True))
        {
            problems.Add("no purpose is stated, or an action must not be performed");
        }

        problems.AddRange(purposes.Where(purpose => !Policy.Purposes.IsKnown(purpose)).Select(_ => "a purpose is not known"));

        return purposes;
    }
}
