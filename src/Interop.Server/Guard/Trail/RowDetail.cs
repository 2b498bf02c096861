using System.Text.Json;

namespace Interop.Server.Guard.Trail;

/// <summary>What else a row of the trail says, each null where it says nothing of it.</summary>
internal sealed record RowDetail
{
    public RowDetail(string detail)
    {
        using var document = JsonDocument.Parse(detail);
        var root = document.RootElement;
        (Rule, Query, Address, Roles, Description, Consent, Recipient, RecipientName, Date, Until, Purposes, Basis) = (
            Text("rule"), Text("query"), Text("address"), Text("roles"), Text("description"), Text("consent"), Text("recipient"),
            Text("recipientName"), Text("date"), Text("until"), Text("purposes"), Text("basis"));

        string? Text(string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    /// <summary>Why it was refused.</summary>
    public string? Rule { get; }

    /// <summary>The caller's own words.</summary>
    public string? Query { get; }

    /// <summary>The IP address that it came from.</summary>
    public string? Address { get; }

    /// <summary>Of the caller's token, with spaces between them.</summary>
    public string? Roles { get; }

    /// <summary>Of what was given on paper or by telephone: what it was.</summary>
    public string? Description { get; }

    /// <summary>The Consent that it rested on.</summary>
    public string? Consent { get; }

    /// <summary>Id of the Organization that got it, or whose accounting is suspended.</summary>
    public string? Recipient { get; }

    public string? RecipientName { get; }

    /// <summary>When it was given, as somebody wrote it.</summary>
    public string? Date { get; }

    /// <summary>Until when it is left out of accountings.</summary>
    public string? Until { get; }

    /// <summary>Why it was given: v3-ActReason codes with spaces between them.</summary>
    public string? Purposes { get; }

    /// <summary>What it rested on.</summary>
    public string? Basis { get; }
}
