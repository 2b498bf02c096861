using Interop.Sharing.Json;
using System.Text.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>The elements of a valid consent under 42 CFR 2.31(a), as far as a FHIR Consent carries them.</summary>
internal static class Part2Elements
{
    /// <summary>One reason for each element that is missing; empty for a valid consent.</summary>
    public static IReadOnlyList<string> Missing(JsonElement root)
    {
        var provision = root.At("provision");
        var nodes = Nodes(provision).ToList();
        var checks = new (bool Holds, string Reason)[]
        {
            (root.At("patient").Text("reference") is not null, "2.31(a)(1): no name of the patient"),
            (root.Items("organization").Any(), "2.31(a)(2): nobody is named who may disclose"),
            (nodes.Any(DescribesSubstanceUse), "2.31(a)(3): the information is not described specifically (a substance-use label)"),
            (nodes.SelectMany(node => node.Items("actor")).Any(actor => actor.At("reference").Text("reference") is not null),
                "2.31(a)(4): no recipient"),
            (nodes.SelectMany(node => node.Items("purpose")).Any(), "2.31(a)(5): no purpose"),
            (root.All("policy.uri").Any(uri => uri.ValueKind == JsonValueKind.String && uri.GetString() == ConsentReader.Part2Policy),
                "2.31(a)(6): the policy that states the right to revoke and the redisclosure notice is not the Part 2 policy"),
            (provision.At("period").Text("end") is not null, "2.31(a)(7): no expiry"),
            (root.Items("verification").Any(verification => verification.At("verified").ValueKind == JsonValueKind.True),
                "2.31(a)(8): no signature was verified"),
            (root.Text("dateTime") is not null, "2.31(a)(9): not dated"),
            (root.Items("performer").Any(), "2.31(a)(8): nobody is named who signed"),
        };
        return [.. checks.Where(check => !check.Holds).Select(check => check.Reason)];
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement provision) =>
        provision.ValueKind == JsonValueKind.Object ? provision.Items("provision").SelectMany(Nodes).Prepend(provision) : [];

    private static bool DescribesSubstanceUse(JsonElement node) => node.Items("securityLabel").Any(label =>
        label.Text("code") is { } code && Labels.Parse(code) is { } bit
        && (Labels.WithSubsumed(bit) & (Labels.SubstanceUse | Labels.Part2)) != 0);
}
