using Interop.Fhir.Search.Index;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Search;

namespace Interop.Storage.Write;

/// <summary>The rows by which a resource is found, one per value and each with the tiers at which a view has it.</summary>
internal sealed class IndexWriter(Statements statements)
{
    /// <summary>All tables of index rows; the column <c>resource</c> says whose they are.</summary>
    public static IReadOnlyList<string> TableNames { get; } =
    [
        "index_token", "index_string", "index_date", "index_reference", "index_number", "index_quantity", "index_uri", "index_position",
        "index_composite",
    ];

    private static readonly Sql[] Tables = [.. TableNames.Select(Sql.Name)];

    public void Remove(long resource)
    {
        foreach (var table in Tables)
        {
            statements.Add($"DELETE FROM {table} WHERE resource = {resource}");
        }
    }

    /// <summary>Puts a resource's rows where those look who may see it now.</summary>
    public void Move(long resource, Place place)
    {
        foreach (var table in Tables)
        {
            statements.Add($"""
                UPDATE {table}
                SET    zone = {place.ZoneOfRow}, lane = {place.LaneOfRow}
                WHERE  resource = {resource} AND party = ''
                """);
        }
    }

    public void Add(long resource, string type, Place place, JudgedResource judgedResource)
    {
        var tuple = 0;
        var least = judgedResource.Tiers;

        // The same value twice is one row, at the lowest tier of the two: a view that has either has the value.
        var entries = judgedResource.Entries.Concat(TokenTexts.Of(judgedResource.Entries));
        if (type == "Patient")
        {
            entries = entries.Concat(PersonKeys.Of(judgedResource.Entries));
        }

        foreach (var same in entries.GroupBy(judged => (Entry: Indexed(judged.Entry), judged.Party)))
        {
            // Nothing of a resource is there below the tier at which the resource is.
            var tiers = new TierPair(
                Math.Max(least.Anyone, same.Min(judged => judged.Tiers.Anyone)),
                Math.Max(least.Party, same.Min(judged => judged.Tiers.Party)));
            var row = new IndexRow(resource, ParameterNumber.Of(type, same.Key.Entry.Parameter), tiers, same.Key.Party, place);
            if (same.Key.Entry is CompositeEntry composite)
            {
                AddTuple(row, tuple++, composite);
            }
            else if (Insert(row, same.Key.Entry) is { } insert)
            {
                statements.Add(insert);
            }
        }
    }

    /// <summary>The entry as tables hold it, so that entries that give the same row are equal.</summary>
    private static IndexEntry Indexed(IndexEntry entry) => entry switch
    {
        TokenEntry token => token with { System = Key(token.System), Code = Key(token.Code), Text = null },
        StringEntry text => text with { Folded = IndexKey.Beginning(text.Folded) },
        UriEntry uri => uri with { Value = Key(uri.Value) },
        ReferenceEntry reference => reference with
        {
            TargetType = reference.TargetType ?? "",
            TargetId = Key(reference.TargetId),
            TargetVersion = null,
            Url = Key(reference.Url),
            IdentifierSystem = Key(reference.IdentifierSystem),
            IdentifierValue = Key(reference.IdentifierValue),
        },
        NumberEntry number => number with { Low = IndexKey.Number(number.Low), High = IndexKey.Number(number.High) },
        QuantityEntry quantity => quantity with
        {
            Low = IndexKey.Number(quantity.Low),
            High = IndexKey.Number(quantity.High),
            System = Key(quantity.System),
            Code = Key(quantity.Code),
            Unit = Key(quantity.Unit),
        },
        PositionEntry position => position with
        {
            Latitude = IndexKey.Number(position.Latitude), Longitude = IndexKey.Number(position.Longitude),
        },
        _ => entry,
    };

    private static string Key(string? text) => IndexKey.Whole(text ?? "");

    private static Sql? Insert(IndexRow row, IndexEntry entry) => entry switch
    {
        TokenEntry token => $"""
            INSERT INTO index_token (code, system, {IndexRow.Columns})
            VALUES ({token.Code}, {token.System}, {row.Values})
            """,
        StringEntry text => $"""
            INSERT INTO index_string (folded, value, {IndexRow.Columns})
            VALUES ({text.Folded}, {text.Value}, {row.Values})
            """,
        DateEntry date => $"""
            INSERT INTO index_date (low, high, {IndexRow.Columns})
            VALUES ({date.Low}, {date.High}, {row.Values})
            """,
        ReferenceEntry reference => $"""
            INSERT INTO index_reference
                (target_id, target_type, url, identifier_value, identifier_system, {IndexRow.Columns})
            VALUES ({reference.TargetId}, {reference.TargetType}, {reference.Url}, {reference.IdentifierValue},
                {reference.IdentifierSystem}, {row.Values})
            """,
        NumberEntry number => $"""
            INSERT INTO index_number (low, high, {IndexRow.Columns})
            VALUES ({number.Low}, {number.High}, {row.Values})
            """,
        QuantityEntry quantity => $"""
            INSERT INTO index_quantity (low, high, system, code, unit, {IndexRow.Columns})
            VALUES ({quantity.Low}, {quantity.High}, {quantity.System}, {quantity.Code}, {quantity.Unit}, {row.Values})
            """,
        UriEntry uri => $"""
            INSERT INTO index_uri (uri, {IndexRow.Columns})
            VALUES ({uri.Value}, {row.Values})
            """,
        PositionEntry position => $"""
            INSERT INTO index_position (latitude, longitude, {IndexRow.Columns})
            VALUES ({position.Latitude}, {position.Longitude}, {row.Values})
            """,
        _ => null,
    };

    private void AddTuple(IndexRow row, int tuple, CompositeEntry composite)
    {
        for (var component = 0; component < composite.Components.Count; component++)
        {
            var part = Component.Of(Indexed(composite.Components[component]));
            statements.Add($"""
                INSERT INTO index_composite
                    (tuple, component, system, code, unit, folded, value, low, high, target_type, target_id, url, uri, {IndexRow.Columns})
                VALUES ({tuple}, {component}, {part.System}, {part.Code}, {part.Unit}, {part.Folded}, {part.Value},
                    {part.Low}, {part.High}, {part.TargetType}, {part.TargetId}, {part.Url}, {part.Uri}, {row.Values})
                """);
        }
    }

    /// <summary>What every row of an index says besides its value.</summary>
    private sealed record IndexRow(long Resource, long Parameter, TierPair Tiers, string? Party, Place Place)
    {
        // What one party alone has is found from the resource only, and nobody has it by a tier.
        private const byte NoTier = 9;

        public static Sql Columns => $"parameter, resource, party, tier, party_tier, zone, lane";

        public Sql Values => Party is null
            ? (Sql)$"{Parameter}, {Resource}, '', {Tiers.Anyone}, {Tiers.Party}, {Place.ZoneAt(Tiers)}, {Place.LaneAt(Tiers)}"
            : $"{Parameter}, {Resource}, {Party}, {NoTier}, {Tiers.Party}, {ZoneNumber.Nowhere}, {Place.NoLane}";
    }

    /// <summary>One component of a tuple in the columns of all kinds.</summary>
    private sealed record Component(
        string System = "", string Code = "", string Unit = "", string Folded = "", string Value = "", double Low = 0, double High = 0,
        string TargetType = "", string TargetId = "", string Url = "", string Uri = "")
    {
        public static Component Of(IndexEntry entry) => entry switch
        {
            TokenEntry token => new(System: token.System!, Code: token.Code!),
            StringEntry text => new(Folded: text.Folded, Value: text.Value),
            DateEntry date => new(Low: date.Low, High: date.High),
            NumberEntry number => new(Low: number.Low, High: number.High),
            QuantityEntry quantity =>
                new(System: quantity.System!, Code: quantity.Code!, Unit: quantity.Unit!, Low: quantity.Low, High: quantity.High),
            ReferenceEntry reference => new(TargetType: reference.TargetType!, TargetId: reference.TargetId!, Url: reference.Url!),
            UriEntry uri => new(Uri: uri.Value),
            _ => new(),
        };
    }
}
