using Interop.Fhir.Json;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Sharing.Policy;
using Interop.Storage.Audit;

namespace Interop.Server.Accountability;

/// <summary>
/// The accounting of a person's disclosures (45 CFR 164.528): what went to others than the programme, oldest first. More than the rule
/// demands is listed, and each entry says whether it does.
/// </summary>
internal sealed record Accounting(string Person, long From, long To, IReadOnlyList<AccountingEntry> Entries)
{
    private const long Year = 366 * 24 * 3_600_000_000L;

    /// <param name="start">UTC microseconds; six years ago where it is null, which is as far as the rule goes.</param>
    public static Accounting Of(PersonAccount account, long? start, long? end, string custodian, Func<AuditEntry, string> idOf)
    {
        var (from, to) = (start ?? account.Instant - (6 * Year), end ?? account.Instant);
        var suspended = AccountingSuspension.InForce(account.Noted, account.Instant);
        var entries = account.Noted
            .Select(row => EntryOf(row, account, custodian, idOf))
            .OfType<AccountingEntry>()
            .Where(entry => from <= entry.Instant && entry.Instant <= to && !suspended.Contains(entry.RecipientId ?? string.Empty))
            .OrderBy(entry => entry.Instant)
            .ToList();
        return new(NameOf(account.Person.Body), from, to, entries);
    }

    private static AccountingEntry? EntryOf(AuditEntry entry, PersonAccount account, string custodian, Func<AuditEntry, string> idOf)
    {
        var row = entry.Row;
        if (row.Interaction == FhirInteraction.RecordedDisclosure.Code())
        {
            return Recorded(entry, account, idOf);
        }

        if (row.Organization is not { } recipient || recipient == custodian)
        {
            return null;
        }

        var shown = RowDisclosure.About(row, account.Person.Key.Id).ToOthers();
        if (shown.Resources.Count == 0)
        {
            return null;
        }

        var purposes = (row.Purposes ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(
            idOf(entry),
            row.Instant,
            Instants.ToText(row.Instant),
            recipient,
            account.Organizations.TryGetValue(recipient, out var organization) ? TopLevel.Text(organization.Body.Span, "name") : null,
            What(shown),
            purposes,
            [.. shown.Bases.SelectMany(DisclosureGround.Read).Distinct()],
            shown.IsParty,
            row.Target == AuditTrail.LimitedDataSet ? AccountingEntry.LimitedDataSet : null);
    }

    private static AccountingEntry Recorded(AuditEntry entry, PersonAccount account, Func<AuditEntry, string> idOf)
    {
        var detail = new RowDetail(entry.Row.Detail);
        var name = detail.RecipientName ?? (detail.Recipient is { } id && account.Organizations.TryGetValue(id, out var organization)
            ? TopLevel.Text(organization.Body.Span, "name")
            : null);
        return new(
            idOf(entry),
            DateInterval.TryParse(detail.Date!)?.Low ?? entry.Row.Instant,
            detail.Date!,
            detail.Recipient,
            name,
            detail.Description!,
            (detail.Purposes ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries),
            detail.Consent is { } consent ? [.. DisclosureGround.Read(consent)] : [],
            IsParty: false,
            detail.Basis);
    }

    /// <summary>Types and counts, and how much of them.</summary>
    private static string What(RowDisclosure shown)
    {
        var kinds = shown.Resources.GroupBy(resource => resource.Key.Split('/')[0]).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key} ({group.Select(resource => resource.Key).Distinct().Count()})");
        return $"{string.Join(", ", kinds)}; {shown.Resources.Max(resource => resource.Tier).ToString().ToLowerInvariant()} part";
    }

    private static string NameOf(ReadOnlyMemory<byte> patient)
    {
        using var document = System.Text.Json.JsonDocument.Parse(patient, FhirJson.Parsing);
        if (!document.RootElement.TryGetProperty("name", out var names) || names.GetArrayLength() == 0)
        {
            return string.Empty;
        }

        var name = names[0];
        var given = name.TryGetProperty("given", out var list) ? list.EnumerateArray().Select(part => part.GetString()).ToList() : [];
        var family = name.TryGetProperty("family", out var text) ? text.GetString() : null;
        return string.Join(' ', given.Append(family).OfType<string>());
    }
}

/// <summary>One disclosure.</summary>
/// <param name="AuditEvent">Id of the AuditEvent that tells of it.</param>
/// <param name="Instant">UTC microseconds.</param>
/// <param name="Date">As it is written.</param>
/// <param name="RecipientId">Id of an Organization; null where only a name is known.</param>
/// <param name="Purposes">v3-ActReason codes.</param>
/// <param name="Grounds">The agreement and the consent that it rested on.</param>
/// <param name="IsParty">Whether the recipient was party to what it was shown: a referral, say.</param>
/// <param name="Law">What else it rested on, in words.</param>
internal sealed record AccountingEntry(
    string AuditEvent,
    long Instant,
    string Date,
    string? RecipientId,
    string? RecipientName,
    string What,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<DisclosureGround> Grounds,
    bool IsParty,
    string? Law)
{
    public const string LimitedDataSet = "a limited data set for an evaluation, without name and address (45 CFR 164.514(e))";

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["TREAT"] = "treatment", ["ETREAT"] = "emergency treatment", ["COC"] = "coordination of care", ["CAREMGT"] = "care management",
        ["HPAYMT"] = "payment", ["HOPERAT"] = "health care operations", ["BTG"] = "emergency access", ["OVRPS"] = "public safety",
        ["PUBHLTH"] = "public health", ["HRESCH"] = "research", ["PATRQT"] = "request of the person", ["HLEGAL"] = "legal",
        ["THREAT"] = "threat",
    };

    /// <summary>
    /// Why the rule does not demand the entry (45 CFR 164.528(a)(1)(i), (iv) and (viii)); null where it does. A purpose that is not known
    /// is none that is exempt.
    /// </summary>
    public string? Exemption => Grounds.Any(ground => ground.IsConsent) ? "authorized by the person"
        : Purposes.Count > 0 && Purposes.All(SharingPolicy.IsOfCare) ? "treatment, payment or operations"
        : Law == LimitedDataSet ? "part of a limited data set"
        : null;

    public bool IsRequired => Exemption is null;

    public string Why => Purposes.Count == 0 ? "not said" : string.Join(", ", Purposes.Select(Word));

    public string Basis => string.Join("; ",
    [
        .. Grounds.Select(ground => ground.ToString()),
        .. IsParty ? ["as party to it"] : Array.Empty<string>(),
        .. Law is null ? Array.Empty<string>() : [Law],
    ]);

    private static string Word(string purpose) => Words.TryGetValue(purpose, out var word) ? $"{word} ({purpose})" : purpose;
}
