namespace Interop.Hosting;

/// <summary>What a DPoP proof shows.</summary>
public abstract record DpopReading
{
    private DpopReading()
    {
    }

    /// <summary>It holds, if it was not used before: that is for the process to remember.</summary>
    /// <param name="Jkt">Thumbprint of its key (RFC 7638).</param>
    /// <param name="Id">Its <c>jti</c>, at most 256 characters, unique per key.</param>
    /// <param name="Expires">From when on it could not be used again anyway.</param>
    public sealed record Proven(string Jkt, string Id, DateTimeOffset Expires) : DpopReading;

    /// <param name="Sentence">Safe to send.</param>
    public sealed record Flawed(DpopFlaw Flaw, string Sentence) : DpopReading;
}
