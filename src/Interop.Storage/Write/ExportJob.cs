namespace Interop.Storage.Write;

/// <summary>An export on its way, or done; what its texts say is its server's to know.</summary>
/// <param name="Owner">Whose it is: nobody else is told that it is there.</param>
/// <param name="Caller">Through whose eyes it looks.</param>
/// <param name="BegunAt">UTC microseconds, as all times here.</param>
/// <param name="Progress">Where it goes on after a stop.</param>
/// <param name="Failure">Why it ended before its end.</param>
/// <param name="LeasedUntil">Until when one server alone works at it.</param>
public sealed record ExportJob(
    string Id,
    string Owner,
    string Caller,
    string Request,
    long BegunAt,
    string Progress,
    long? FinishedAt,
    string? Failure,
    long LeasedUntil);
