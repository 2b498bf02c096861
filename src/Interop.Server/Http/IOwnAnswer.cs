namespace Interop.Server.Http;

/// <summary>
/// An answer that the server writes itself, and that is no stored resource. Each kind is a type that its writer alone makes, so that
/// nothing else can be sent in its place: a test lists them.
/// </summary>
internal interface IOwnAnswer
{
    /// <summary>UTF-8 JSON, or what else <see cref="MediaType"/> says.</summary>
    ReadOnlyMemory<byte> Json { get; }

    /// <summary>HTTP status.</summary>
    int Status => 200;

    string MediaType => FhirRequest.MediaType;

    /// <summary>
    /// Whether it may be sent as gzip: only where nothing in it is a secret beside something that its reader chose, for the length would
    /// tell of the one by the other (BREACH).
    /// </summary>
    bool MayBePacked => false;

    /// <summary>What a browser may do with it; null for nothing, as with all that is no page.</summary>
    string? ContentSecurityPolicy => null;

    /// <summary>
    /// How long anybody may keep it, and under which tag; null for what nobody may keep. Only of what is everybody's.
    /// </summary>
    (TimeSpan Time, string Tag)? Keep => null;

    /// <summary>Until when it holds; null where it says nothing of it.</summary>
    DateTimeOffset? Expires => null;
}
