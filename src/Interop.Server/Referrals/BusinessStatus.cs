using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Referrals;

/// <summary>
/// How the Bidirectional Services eReferral guide says where a referral stands, beside the status of FHIR
/// (https://hl7.org/fhir/us/bser/ValueSet-TaskBusinessStatusVS.html). Which goes with which is in
/// <c>profiles/workflow/business-status.json</c>.
/// </summary>
internal static class BusinessStatus
{
    private const string Element = "businessStatus";

    private static readonly Pairs Table = Load();

    /// <summary>The codes of the guide in a Task; there should be one or none.</summary>
    public static IReadOnlyList<string?> CodesOf(ReadOnlyMemory<byte> task)
    {
        using var document = JsonDocument.Parse(task, FhirJson.Parsing);
        return [.. document.RootElement.At(Element).Items("coding").Where(IsOurs).Select(coding => coding.Text("code"))];
    }

    /// <summary>Null, or why this code does not go with the status, or is not this party's to set.</summary>
    public static string? Objection(string? code, string status, bool isOwner, bool isRequester)
    {
        if (code is null || !Table.Codes.TryGetValue(code, out var pairing))
        {
            return $"The business status has a code of {Table.System}: {string.Join(", ", Table.Codes.Keys)}.";
        }

        if (!pairing.Status.Contains(status))
        {
            var others = Table.Codes.Where(other => other.Value.Status.Contains(status)).Select(other => other.Key).ToList();
            return $"The business status {code} does not go with the status {status}; with that go: "
                + (others.Count == 0 ? "none." : $"{string.Join(", ", others)}.");
        }

        return (pairing.By == "owner" && !isOwner) || (pairing.By == "requester" && !isRequester)
            ? $"The business status {code} is set by the {pairing.By}."
            : null;
    }

    /// <summary>The Task with a code that goes with its status: what it says where that fits, else the first one of the status.</summary>
    public static byte[] Following(byte[] task)
    {
        var status = TopLevel.Text(task, "status") ?? string.Empty;
        if (CodesOf(task) is [{ } code] && Table.Codes.TryGetValue(code, out var pairing) && pairing.Status.Contains(status))
        {
            return task;
        }

        using var document = JsonDocument.Parse(task, FhirJson.Parsing);
        var said = document.RootElement.At(Element);
        var first = Table.First.GetValueOrDefault(status);
        if (first is null && said.ValueKind != JsonValueKind.Object)
        {
            return task;
        }

        var others = said.Items("coding").Where(coding => !IsOurs(coding)).ToList();
        var text = said.Text("text");
        return first is null && others.Count == 0 && text is null
            ? TopLevel.Remove(task, Element)
            : TopLevel.Replace(task, Element, Written(first, others, text));
    }

    private static byte[] Written(string? first, List<JsonElement> others, string? text) => FhirJson.Write(writer =>
    {
        writer.WriteStartObject();
        if (first is not null || others.Count > 0)
        {
            writer.WriteStartArray("coding");
            others.ForEach(coding => coding.WriteTo(writer));
            if (first is not null)
            {
                writer.WriteStartObject();
                writer.WriteString("system", Table.System);
                writer.WriteString("code", first);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (text is not null)
        {
            writer.WriteString("text", text);
        }

        writer.WriteEndObject();
    });

    private static bool IsOurs(JsonElement coding) => coding.Text("system") == Table.System;

    private static Pairs Load()
    {
        using var stream = typeof(BusinessStatus).Assembly.GetManifestResourceStream("workflow/business-status.json")!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        return new(
            root.Text("system")!,
            root.At("codes").EnumerateObject().ToDictionary(
                code => code.Name,
                code => new Pairing(
                    [.. code.Value.Items("status").Select(status => status.GetString()!)], code.Value.Text("by")!)),
            root.At("first").EnumerateObject().ToDictionary(status => status.Name, status => status.Value.GetString()!));
    }

    private sealed record Pairs(
        string System, IReadOnlyDictionary<string, Pairing> Codes, IReadOnlyDictionary<string, string> First);

    /// <param name="Status">The states of FHIR with which the code goes.</param>
    /// <param name="By">Who sets it: owner, requester or both.</param>
    private sealed record Pairing(IReadOnlyList<string> Status, string By);
}
