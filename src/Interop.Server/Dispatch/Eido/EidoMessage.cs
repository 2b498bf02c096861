using Interop.Fhir.Validation;

namespace Interop.Server.Dispatch.Eido;

/// <summary>
/// What one EIDO message (NENA-STA-021.1b, JSON) states about one incident, in so far as it is mapped to FHIR.
/// Two messages are the same when their bytes are.
/// </summary>
/// <param name="Incident">The top-level <c>$id</c>, the incident's URN.</param>
/// <param name="Updated">The top-level <c>lastUpdateTimeStamp</c>.</param>
/// <param name="Hash">SHA-256 of the bytes, in lower-case hexadecimal.</param>
/// <param name="Raw">The message as it came.</param>
/// <param name="Issuer"><c>issuingElementIdentification</c>.</param>
/// <param name="State">Null without an incidentComponent, as in the transfer of a call; the incident is <c>$id</c>'s all the same.</param>
public sealed record EidoMessage(
    string Incident,
    EidoTime Updated,
    string Hash,
    ReadOnlyMemory<byte> Raw,
    string Issuer,
    EidoState? State,
    IReadOnlyList<EidoAgency> Agencies,
    IReadOnlyList<EidoPerson> Persons,
    IReadOnlyList<EidoLocation> Locations,
    IReadOnlyList<EidoUnit> Units,
    IReadOnlyList<string> DispatchedAgencies,
    IReadOnlyList<EidoTime> CallStarts,
    IReadOnlyList<EidoCaution> Cautions,
    IReadOnlyList<EidoNote> Notes,
    IReadOnlyList<EidoRelation> Relations)
{
    /// <summary>Longer messages are refused unread; the 476 of the test set have 4 kB each.</summary>
    public const int MaximumLength = 4 * 1024 * 1024;

    /// <summary>
    /// The message, or everything that is malformed in it, each issue with the element's path; nothing in between. What was stored once is
    /// read again by this, so a rule about content belongs into <see cref="EidoReview"/>.
    /// </summary>
    public static EidoParse Parse(ReadOnlyMemory<byte> utf8) => EidoReader.Read(utf8);
}

/// <summary>The outcome of reading a message.</summary>
public abstract record EidoParse
{
    private EidoParse()
    {
    }

    public sealed record Parsed(EidoMessage Message) : EidoParse;

    /// <summary>Nothing of the message may be stored.</summary>
    public sealed record Refused(IReadOnlyList<Issue> Issues) : EidoParse;
}
