using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Interop.Fhir.Validation;

namespace Interop.Server.Dispatch.Eido;

/// <summary>Reads a message whole or not at all. Members that the standard does not know are left alone.</summary>
internal static class EidoReader
{
    private const int MaximumDepth = 64;

    public static EidoParse Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = Open(utf8, out var refusal);
        return document is null ? refusal! : ReadRoot(document.RootElement, utf8);
    }

    /// <summary>The bytes as JSON whose every text can be read, or why not.</summary>
    internal static JsonDocument? Open(ReadOnlyMemory<byte> utf8, out EidoParse.Refused? refusal)
    {
        refusal = utf8.Length > EidoMessage.MaximumLength
            ? Refuse("too-long", $"A message may have {EidoMessage.MaximumLength} bytes at most.")
            : Utf8.IsValid(utf8.Span) ? null : Refuse("invalid", "The message is not UTF-8.");
        var document = refusal is null ? Json(utf8, ref refusal) : null;
        if (document is not null && BrokenText(document.RootElement) is { } place)
        {
            document.Dispose();
            refusal = Refuse(
                "invalid",
                $"A text {EidoElement.At(place)} has half of a surrogate pair or a control character.",
                EidoElement.Place(place));
            return null;
        }

        return document;
    }

    private static JsonDocument? Json(ReadOnlyMemory<byte> utf8, ref EidoParse.Refused? refusal)
    {
        try
        {
            return JsonDocument.Parse(utf8, new() { MaxDepth = MaximumDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException json)
        {
            refusal = Refuse(
                "structure",
                $"The message is not JSON without duplicate names (line {json.LineNumber}, byte {json.BytePositionInLine}).");
        }
        catch (InvalidOperationException)
        {
            // The parser reports half of a surrogate pair in a name as misuse, not as bad JSON.
            refusal = Refuse("structure", "A name in the message has half of a surrogate pair.");
        }

        return null;
    }

    private static EidoParse.Refused Refuse(string code, string diagnostics, string? expression = null) =>
        new([new(IssueSeverity.Error, code, diagnostics, expression)]);

    /// <summary>UTF-8 can be valid while an escape such as <c>\ud800</c> or <c>\u0000</c> is no text; the place of the first one.</summary>
    private static string? BrokenText(JsonElement root) =>
        EidoElement.Of(root).Where(element => IsBroken(element.Value)).Select(element => element.Path).FirstOrDefault();

    private static bool IsBroken(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String
                && value.GetString()!.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n'));
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static EidoParse ReadRoot(JsonElement element, ReadOnlyMemory<byte> utf8)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return Refuse("structure", "The message is not an object.");
        }

        var issues = new List<Issue>();
        var root = new EidoNode(element, string.Empty, issues);
        var (incident, updated) = root.Prologue();
        _ = root.Required("eidoVersion");
        var issuer = root.Required("issuingElementIdentification");
        var callbacks = Callbacks(root);
        var message = new EidoMessage(
            incident,
            updated,
            Convert.ToHexStringLower(SHA256.HashData(utf8.Span)),
            utf8,
            issuer,
            State(root),
            [.. root.Objects("agencyComponent", isRequired: true).Select(Agency)],
            [.. root.Objects("personComponent").Select(person => Person(person, callbacks))],
            [.. root.Objects("locationComponent").Select(Location)],
            [.. root.Objects("emergencyResourceComponent").Select(Unit)],
            [.. root.Objects("dispatchComponent").Select(Dispatch).OfType<string>()],
            [.. root.Objects("callComponent").Select(CallStart)],
            [.. root.Objects("cautionComponent").Select(Caution)],
            [.. root.Objects("notesComponent").Select(Note)],
            [.. root.Objects("mergeComponent").Select(node => Relation("merge", "incidentMergeDirectionCode", node)),
                .. root.Objects("linkComponent").Select(node => Relation("link", "linkDirectionCode", node))]);
        return issues.Count == 0 ? new EidoParse.Parsed(message) : new EidoParse.Refused(issues);
    }

    private static EidoState? State(EidoNode root)
    {
        if (root.Object("incidentComponent") is not { } node)
        {
            return null;
        }

        _ = node.Prologue();
        return new(
            node.Required("incidentTypeCommonRegistryText"),
            node.Optional("incidentTypeInternalText"),
            node.Texts("incidentStatusCommonRegistryText"),
            node.Optional("internalIncidentId"),
            node.Integer("incidentCommonPriorityNumber"),
            [.. node.Objects("dispositionComponent").Select(Disposition)]);
    }

    private static EidoDisposition Disposition(EidoNode node)
    {
        _ = node.Prologue();
        return new(
            node.Required("dispositionCommonRegistryCode"),
            node.Boolean("dispositionPrimaryIndicator"),
            node.Optional("dispositionDescriptionText"));
    }

    private static EidoAgency Agency(EidoNode node) =>
        new(node.Prologue().Id, node.Texts("agencyRoleDescriptionRegistryText", isRequired: true));

    private static Dictionary<string, IReadOnlyList<string>> Callbacks(EidoNode root)
    {
        var callbacks = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var node in root.Objects("callbackComponent"))
        {
            callbacks[node.Prologue().Id] = node.Texts("callBackInformationUri");
        }

        return callbacks;
    }

    private static EidoPerson Person(EidoNode node, Dictionary<string, IReadOnlyList<string>> callbacks)
    {
        var (id, _) = node.Prologue();
        var roles = node.Texts("personIncidentRoleRegistryText", isRequired: true);
        var callback = node.Reference("callBackReference");
        var person = node.Object("ncPersonComponent");
        if (!roles.Contains("Patient"))
        {
            return new(id, roles, null, null, null, null, null, []);
        }

        var telephones = callback is not null && callbacks.TryGetValue(callback, out var found) ? found : [];
        return new(
            id,
            roles,
            TextOf(person?.Niem("PersonName", "PersonGivenName")),
            TextOf(person?.Niem("PersonName", "PersonSurName")),
            TextOf(person?.Niem("PersonName", "PersonFullName")),
            TextOf(person?.Niem("PersonBirthDate", "Date") ?? person?.Niem("PersonBirthDate")),
            TextOf(person?.Niem("PersonSexCode")),
            telephones);
    }

    private static string? TextOf(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text && text.GetString()!.Trim() is { Length: > 0 } found ? found : null;

    private static EidoLocation Location(EidoNode node)
    {
        var (id, updated) = node.Prologue();
        var value = node.Optional("locationByValue");
        var isReadable = value is { Length: > 0 and <= EidoReview.MaximumText }; // a longer one is refused as such
        var place = isReadable ? CivicPlace.TryParse(value!) : null;
        if (isReadable && place is null)
        {
            node.Problem("locationByValue", "must be a PIDF-LO document without a DTD");
        }

        return new(
            id, node.Required("locationTypeDescriptionRegistryText"), node.Optional("locationDescriptionText"), place, updated);
    }

    private static EidoUnit Unit(EidoNode node)
    {
        var (id, updated) = node.Prologue();
        _ = node.Texts("resourceAttributeRegistryText", isRequired: true);
        _ = node.Required("primaryUnitStatusRegistryText");
        return new(
            id,
            node.Required("emergencyResourceTypeCommonRegistryText"),
            node.Optional("emergencyResourceName"),
            node.Texts("secondaryUnitStatusRegistryText", isRequired: true),
            node.References("agentReference"),
            updated);
    }

    private static string? Dispatch(EidoNode node)
    {
        _ = node.Prologue();
        return node.Reference("agencyReference");
    }

    private static EidoTime CallStart(EidoNode node)
    {
        _ = node.Prologue();
        return node.RequiredTime("callStartTimestamp");
    }

    private static EidoCaution Caution(EidoNode node)
    {
        var (id, updated) = node.Prologue();
        return new(
            id,
            node.Required("cautionTypeCommonRegistryText"),
            node.Required("cautionTypeInternalText"),
            node.Required("cautionSeverity"),
            node.Optional("cautionSource"),
            node.OptionalTime("startDate") ?? updated);
    }

    private static EidoNote Note(EidoNode node)
    {
        var (id, updated) = node.Prologue();
        return new(id, node.Required("notesActionComments"), updated);
    }

    private static EidoRelation Relation(string kind, string directionName, EidoNode node)
    {
        _ = node.Prologue();
        return new(kind, node.Required("incidentTrackingIdentifier"), node.Required(directionName));
    }
}
