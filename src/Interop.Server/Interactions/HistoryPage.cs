using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>Which versions of a history are asked for (https://hl7.org/fhir/R4/http.html#history), newest first.</summary>
/// <param name="Count">Versions of a page at most.</param>
/// <param name="Since">UTC microseconds: those that were made then or later.</param>
/// <param name="At">Those that were current at some time within.</param>
/// <param name="Cursor">Out of a page link.</param>
/// <param name="Query">What was asked, without the cursor, as the link to it says it.</param>
internal sealed record HistoryPage(int? Count, long? Since, DateInterval? At, string? Cursor, string Query)
{
    /// <summary>Of a history of one resource: how many newer versions were on the pages before.</summary>
    /// <exception cref="FhirException">400.</exception>
    public int Start => Cursor is null ? 0 : Number("_cursor", Cursor);


    /// <exception cref="FhirException">400: a parameter that history does not have, or with a value that it can't have.</exception>
    public static HistoryPage Read(IReadOnlyList<KeyValuePair<string, string>> parameters, TimeZoneInfo zone)
    {
        var page = new HistoryPage(null, null, null, null, QueryString.Create(parameters.Where(pair => pair.Key != "_cursor")!).ToString());
        foreach (var (name, value) in parameters)
        {
            page = name switch
            {
                "_count" => page with { Count = Number(name, value) },
                "_since" => page with { Since = Time(name, value, zone).Low },
                "_at" => page with { At = Time(name, value, zone) },
                "_cursor" => page with { Cursor = value },
                "_format" or "_pretty" => page,
                _ => throw new FhirException(
                    IssueCode.NotSupported, $"A history has no parameter {name}: it takes _count, _since and _at."),
            };
        }

        return page;
    }

    /// <summary>The versions of this page, how many there are on all pages, and the cursor of the next one.</summary>
    /// <param name="start">As <see cref="Start"/>.</param>
    public (IReadOnlyList<HistoryVersion> Shown, int Total, int? Next) Of(IReadOnlyList<HistoryVersion> versions, int start)
    {
        var asked = versions.Where((version, index) =>
            (Since is null || version.Changed >= Since)
            && (At is not { } at || (version.Changed <= at.High && (index == 0 || versions[index - 1].Changed > at.Low)))).ToList();
        IReadOnlyList<HistoryVersion> shown = [.. asked.Skip(start).Take(Count ?? asked.Count)];
        var end = start + shown.Count;
        return (shown, asked.Count, Count > 0 && end < asked.Count ? end : null);
    }

    /// <summary>A version as an entry of a history, with the request that may have made it.</summary>
    /// <param name="isFirst">Whether the caller sees none before it.</param>
    public static BundleItem Entry(ResourceKey key, HistoryVersion version, bool isFirst) => new(version.Disclosure)
    {
        Method = version.Deleted ? "DELETE" : isFirst ? "POST" : "PUT",
        Url = isFirst && !version.Deleted ? key.Type : key.ToString(),
        Status = version.Deleted ? "204" : isFirst ? "201" : "200",
        VersionId = version.VersionId,
        LastUpdated = version.Changed,
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FhirException(IssueCode.Value, $"{name}: a whole number from 0 is expected.");

    // A plus sign that nobody escaped in a URL arrives as a space.
    private static DateInterval Time(string name, string value, TimeZoneInfo zone) =>
        DateInterval.TryParse(value.Replace(' ', '+'), zone)
            ?? throw new FhirException(IssueCode.Value, $"{name}: a date or time is expected.");
}
