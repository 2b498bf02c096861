namespace Interop.Server.Accountability;

/// <summary>One of the instruments that a disclosure rested on.</summary>
/// <param name="Reference">Such as <c>Consent/x/_history/2</c> or <c>Contract/y</c>.</param>
/// <param name="Provision">Where in a consent it stands; null for an agreement.</param>
internal sealed record DisclosureGround(string Reference, string? Provision)
{
    /// <summary>Reads what a grant rests on, as <see cref="Interop.Sharing.Consents.GrantRow.Basis"/> has it.</summary>
    public static IEnumerable<DisclosureGround> Read(string basis) => basis.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(text => text.Split('#') is [var reference, var provision]
            ? new DisclosureGround(reference, provision)
            : new(text, null));

    public bool IsConsent => Reference.StartsWith("Consent/", StringComparison.Ordinal);

    /// <summary>For people.</summary>
    public override string ToString() => Reference.Split('/') switch
    {
        ["Consent", var id, _, var version] => $"consent {id}, version {version} ({Provision})",
        ["Consent", var id] => $"consent {id}",
        ["Task", var id] => $"emergency, under review as Task {id}",
        [_, var id, ..] => $"agreement {id}",
        _ => Reference,
    };
}
