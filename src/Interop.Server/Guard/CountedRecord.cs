using System.Globalization;
using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Policy;
using Interop.Storage.Read;
using Interop.Storage.Write;

namespace Interop.Server.Guard;

/// <summary>
/// What a custodian's whole sight sees of its own record, to be counted: elements, never whole resources. And the months whose counts are
/// frozen, of which reports are made.
/// </summary>
internal sealed class CountedRecord(ResourceRows rows, Sight sight, WriteSession? writing = null)
{
    private const string Start = "measures-start";
    private const string Later = "measures-later-kinds";

    /// <inheritdoc cref="ResourceRows.MeasuredWithin"/>
    public IReadOnlyList<CountedResource> Within(string type, string date, long from, long to, params IReadOnlyList<string> elements) =>
        [.. rows.MeasuredWithin(sight, type, date, from, to, elements).Select(row => CountedResource.Of(row, elements))];

    /// <summary>The resources of a type that refer to some others.</summary>
    /// <inheritdoc cref="ResourceRows.MeasuredOf"/>
    public IReadOnlyList<CountedResource> Of(
        string type,
        string reference,
        string targetType,
        IEnumerable<string> targets,
        string? date,
        params IReadOnlyList<string> elements) =>
        Coded(type, reference, targetType, targets, date, null, elements);

    /// <summary>The resources of a type that refer to some others and have one of some codes.</summary>
    /// <inheritdoc cref="ResourceRows.MeasuredOf"/>
    public IReadOnlyList<CountedResource> Coded(
        string type,
        string reference,
        string targetType,
        IEnumerable<string> targets,
        string? date,
        IReadOnlyList<string>? codes,
        params IReadOnlyList<string> elements) =>
    [
        .. rows.MeasuredOf(sight, type, reference, targetType, targets, elements, date, codes)
            .Select(row => CountedResource.Of(row, elements)),
    ];

    /// <inheritdoc cref="ResourceRows.MeasuredById"/>
    public IReadOnlyList<CountedResource> ById(string type, IEnumerable<string> ids, params IReadOnlyList<string> elements) =>
        [.. rows.MeasuredById(sight, type, ids, elements).Select(row => CountedResource.Of(row, elements))];

    /// <inheritdoc cref="ResourceRows.FrozenMonths"/>
    public IReadOnlySet<long> FrozenMonths() => rows.FrozenMonths();

    /// <inheritdoc cref="ResourceRows.CountsOf"/>
    public ILookup<string, MeasureCount> CountsOf(long first, long last, IReadOnlyList<string> kinds) => rows.CountsOf(first, last, kinds);

    /// <inheritdoc cref="ResourceRows.AmountsOf"/>
    public IReadOnlyList<MeasureAmount> AmountsOf(string measure, long first, long last, string? groups) =>
        rows.AmountsOf(measure, first, last, groups);

    /// <inheritdoc cref="ResourceRows.HasMeasureCounts"/>
    public bool IsPublished(string period) => rows.HasMeasureCounts(period);

    /// <inheritdoc cref="ResourceRows.MeasureCounts"/>
    public IReadOnlyDictionary<(string Period, string Name), bool> Published() => rows.MeasureCounts();

    /// <inheritdoc cref="WriteSession.Freeze"/>
    public bool Freeze(long month, IEnumerable<MeasureCase> cases) => writing!.Freeze(month, cases, sight.Instant);

    /// <inheritdoc cref="WriteSession.Publish"/>
    public bool Publish(string period, IReadOnlyCollection<KeyValuePair<string, bool>> counts) => writing!.Publish(period, counts);

    /// <summary>From which month on periods are counted on this database: kept when it is first said.</summary>
    public string StartOr(string said)
    {
        if (rows.Setting(Start) is { } known)
        {
            return known;
        }

        writing!.SetSetting(Start, said);
        return said;
    }

    /// <summary>
    /// The number of the first month that knows all kinds of groups: the one after those that were frozen when this is first asked.
    /// </summary>
    public int AllKindsFrom()
    {
        if (rows.Setting(Later) is { } known)
        {
            return int.Parse(known, CultureInfo.InvariantCulture);
        }

        var first = (int)(FrozenMonths().DefaultIfEmpty(-1).Max() + 1);
        writing!.SetSetting(Later, first.ToString(CultureInfo.InvariantCulture));
        return first;
    }
}

/// <summary>Some elements of one resource.</summary>
/// <param name="Id">Of the resource.</param>
/// <param name="Subject">Id of the Patient that it is about; null for none.</param>
/// <param name="Target">Id of what it refers to, where that was asked.</param>
/// <param name="Low">When its date begins, UTC microseconds, where that was asked.</param>
/// <param name="High">When it ends.</param>
/// <param name="Body">An object of the elements.</param>
internal sealed record CountedResource(string Id, string? Subject, string Target, long? Low, long? High, byte[] Body)
{
    public static CountedResource Of(MeasuredRow row, IReadOnlyList<string> elements) => new(
        row.Id,
        row.Subject,
        row.Target,
        row.Low,
        row.High,
        FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, text) in elements.Zip(row.Elements).Where(element => element.Second is not null))
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(text!, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }));

    /// <summary>What is read from it.</summary>
    public T Read<T>(Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(Body, FhirJson.Parsing);
        return read(document.RootElement);
    }
}
