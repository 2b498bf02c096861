using Interop.Fhir.Search;
using Interop.Sharing.Redaction;
using Interop.Storage.Search;

namespace Interop.Storage;

/// <summary>The rows by which a resource is found, one per value and each with the tiers at which a view has it.</summary>
internal sealed class IndexWriter(Statements statements)
{
    private static readonly Sql[] Tables = [.. new[]
    {
        "index_token", "index_string", "index_date", "index_reference", "index_number", "index_quantity", "index_uri", "index_position",
        "index_composite",
    }.Select(Sql.Name)];

    public void Remove(long resource)
    {
        foreach (var table in Tables)
        {
            statements.Execute($"DELETE FROM {table} WHERE resource = {resource}");
        }
    }

    public void Add(long resource, string type, IReadOnlyList<JudgedEntry> entries)
    {
        var tuple = 0;

        // The same value twice is one row, at the lowest tier of the two: a view that has either has the value.
        foreach (var same in entries.GroupBy(judged => Indexed(judged.Entry)))
        {
            var tiers = new TierPair(same.Min(judged => judged.Tiers.Anyone), same.Min(judged => judged.Tiers.Party));
            var parameter = ParameterNumber.Of(type, same.Key.Parameter);
            if (same.Key is CompositeEntry composite)
            {
                AddTuple(resource, parameter, tuple++, composite, tiers);
            }
            else if (Row(resource, parameter, same.Key, tiers) is { } insert)
            {
                statements.Execute(insert);
            }
        }
    }

    /// <summary>The entry without what no table holds, so that entries that give the same row are equal.</summary>
    private static IndexEntry Indexed(IndexEntry entry) => entry switch
    {
        TokenEntry token => token with { System = token.System ?? "", Code = token.Code ?? "", Text = null },
        ReferenceEntry reference => reference with
        {
            TargetType = reference.TargetType ?? "",
            TargetId = reference.TargetId ?? "",
            TargetVersion = null,
            Url = reference.Url ?? "",
            IdentifierSystem = reference.IdentifierSystem ?? "",
            IdentifierValue = reference.IdentifierValue ?? "",
        },
        QuantityEntry quantity => quantity with { System = quantity.System ?? "", Code = quantity.Code ?? "", Unit = quantity.Unit ?? "" },
        _ => entry,
    };

    private static Sql? Row(long resource, long parameter, IndexEntry entry, TierPair tiers) => entry switch
    {
        TokenEntry token => $"""
            INSERT INTO index_token (parameter, code, resource, system, tier, party_tier)
            VALUES ({parameter}, {token.Code}, {resource}, {token.System}, {tiers.Anyone}, {tiers.Party})
            """,
        StringEntry text => $"""
            INSERT INTO index_string (parameter, folded, resource, value, tier, party_tier)
            VALUES ({parameter}, {text.Folded}, {resource}, {text.Value}, {tiers.Anyone}, {tiers.Party})
            """,
        DateEntry date => $"""
            INSERT INTO index_date (parameter, low, high, resource, tier, party_tier)
            VALUES ({parameter}, {date.Low}, {date.High}, {resource}, {tiers.Anyone}, {tiers.Party})
            """,
        ReferenceEntry reference => $"""
            INSERT INTO index_reference
                (parameter, target_id, target_type, resource, url, identifier_value, identifier_system, tier, party_tier)
            VALUES ({parameter}, {reference.TargetId}, {reference.TargetType}, {resource}, {reference.Url}, {reference.IdentifierValue},
                {reference.IdentifierSystem}, {tiers.Anyone}, {tiers.Party})
            """,
        NumberEntry number => $"""
            INSERT INTO index_number (parameter, low, high, resource, tier, party_tier)
            VALUES ({parameter}, {number.Low}, {number.High}, {resource}, {tiers.Anyone}, {tiers.Party})
            """,
        QuantityEntry quantity => $"""
            INSERT INTO index_quantity (parameter, low, high, resource, system, code, unit, tier, party_tier)
            VALUES ({parameter}, {quantity.Low}, {quantity.High}, {resource}, {quantity.System}, {quantity.Code}, {quantity.Unit},
                {tiers.Anyone}, {tiers.Party})
            """,
        UriEntry uri => $"""
            INSERT INTO index_uri (parameter, uri, resource, tier, party_tier)
            VALUES ({parameter}, {uri.Value}, {resource}, {tiers.Anyone}, {tiers.Party})
            """,
        PositionEntry position => $"""
            INSERT INTO index_position (parameter, latitude, longitude, resource, tier, party_tier)
            VALUES ({parameter}, {position.Latitude}, {position.Longitude}, {resource}, {tiers.Anyone}, {tiers.Party})
            """,
        _ => null,
    };

    private void AddTuple(long resource, long parameter, int tuple, CompositeEntry composite, TierPair tiers)
    {
        for (var component = 0; component < composite.Components.Count; component++)
        {
            var part = Component.Of(Indexed(composite.Components[component]));
            statements.Execute($"""
                INSERT INTO index_composite
                    (resource, parameter, tuple, component, system, code, unit, folded, value, low, high, target_type, target_id, url, uri,
                    tier, party_tier)
                VALUES ({resource}, {parameter}, {tuple}, {component}, {part.System}, {part.Code}, {part.Unit}, {part.Folded}, {part.Value},
                    {part.Low}, {part.High}, {part.TargetType}, {part.TargetId}, {part.Url}, {part.Uri}, {tiers.Anyone}, {tiers.Party})
                """);
        }
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
