using Interop.Fhir.Schema;
using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>When an index row has a value (https://hl7.org/fhir/R4/search.html#prefix and the sections on each type).</summary>
internal static class ValueSql
{
    // Kilometres per degree of latitude on a sphere of the earth's mean radius.
    private const double KilometresPerDegree = 111.195;

    // Doubles that come from decimals differ in their last digits.
    private const double Tolerance = 1e-12;

    public static Sql Table(SearchParameterType type) => Sql.Name(TableName(type));

    public static string TableName(SearchParameterType type) => type switch
    {
        SearchParameterType.Token => "index_token",
        SearchParameterType.String => "index_string",
        SearchParameterType.Date => "index_date",
        SearchParameterType.Reference => "index_reference",
        SearchParameterType.Number => "index_number",
        SearchParameterType.Quantity => "index_quantity",
        SearchParameterType.Uri => "index_uri",
        SearchParameterType.Special => "index_position",
        SearchParameterType.Composite => "index_composite",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static Sql Match(SearchValue value, SearchModifier modifier, Sql i) => value switch
    {
        TokenValue identifier when modifier == SearchModifier.Identifier => Identifier(identifier, i),
        TokenValue token => Token(token, i),
        StringValue text => Text(text, modifier, i),
        DateValue date => Interval(date, i),
        NumberValue number => Number(number.Prefix, number.Number, number.Low, number.High, i),
        QuantityValue quantity => Quantity(quantity, i),
        ReferenceValue { Url: { } url } => Url(url, i),
        ReferenceValue { Id: null } any => $"{i}.target_type = {any.Type}",
        ReferenceValue { Type: null } reference => $"{i}.target_id = {Key(reference.Id)}",
        ReferenceValue reference => $"{i}.target_id = {Key(reference.Id)} AND {i}.target_type = {reference.Type}",
        UriValue uri => $"{i}.uri = {Key(uri.Uri)}",
        PositionValue position => Near(position, i),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    private static Sql Token(TokenValue token, Sql i) => token switch
    {
        { System: null } => $"{i}.code = {Key(token.Code)}",
        { Code: null } => $"{i}.system = {Key(token.System)}",
        _ => $"{i}.code = {Key(token.Code)} AND {i}.system = {Key(token.System)}",
    };

    private static Sql Identifier(TokenValue token, Sql i) => token switch
    {
        { System: null } => $"{i}.identifier_value = {Key(token.Code)} AND {i}.identifier_value <> ''",
        { Code: null } => $"{i}.identifier_system = {Key(token.System)} AND {i}.identifier_value <> ''",
        _ => $"""
            {i}.identifier_value = {Key(token.Code)} AND {i}.identifier_system = {Key(token.System)} AND {i}.identifier_value <> ''
            """,
    };

    /// <summary>A canonical without a version matches all versions; '}' is the character after '|'.</summary>
    private static Sql Url(string url, Sql i)
    {
        var (first, end) = (url + "|", url + "}");
        return $"({i}.url = {Key(url)} OR ({i}.url >= {first} AND {i}.url < {end})) AND {i}.url <> ''";
    }

    private static Sql Text(StringValue text, SearchModifier modifier, Sql i)
    {
        // The greatest code point: nothing that begins with the text sorts after it.
        var folded = IndexKey.Beginning(text.Folded);
        var end = folded + "\U0010FFFF";
        var pattern = "%" + folded.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal) + "%"; // SQL Server's classes
        return modifier switch
        {
            SearchModifier.Exact => $"{i}.folded = {folded} AND {i}.value = {text.Text}",
            SearchModifier.Contains => $"{i}.folded LIKE {pattern} ESCAPE '\\'",
            _ => $"{i}.folded >= {folded} AND {i}.folded < {end}",
        };
    }

    private static Sql Interval(DateValue date, Sql i) => date.Prefix switch
    {
        SearchPrefix.Equal => $"{i}.low >= {date.Low} AND {i}.low <= {date.High} AND {i}.high <= {date.High}",
        SearchPrefix.NotEqual => $"({i}.low < {date.Low} OR {i}.high > {date.High})",
        SearchPrefix.GreaterThan => $"{i}.high > {date.High}",
        SearchPrefix.LessThan => $"{i}.low < {date.Low}",
        SearchPrefix.GreaterOrEqual => $"({i}.high > {date.High} OR ({i}.low >= {date.Low} AND {i}.high <= {date.High}))",
        SearchPrefix.LessOrEqual => $"({i}.low < {date.Low} OR ({i}.low >= {date.Low} AND {i}.high <= {date.High}))",
        SearchPrefix.StartsAfter => $"{i}.low > {date.High}",
        SearchPrefix.EndsBefore => $"{i}.high < {date.Low}",
        _ => $"{i}.low <= {date.High} AND {i}.high >= {date.Low}",
    };

    /// <summary>
    /// Numbers compare by their value, which is the middle of the interval in the index; only equality looks at the precision of what
    /// is asked for (https://hl7.org/fhir/R4/search.html#number).
    /// </summary>
    private static Sql Number(SearchPrefix prefix, double number, double low, double high, Sql i)
    {
        Sql middle = $"(({i}.low + {i}.high) / 2)";
        var margin = Math.Abs(number) * Tolerance;
        var near = Math.Abs(number) * 0.1;
        return prefix switch
        {
            SearchPrefix.Equal => $"({middle} >= {low - margin} AND {middle} < {high - margin})",
            SearchPrefix.NotEqual => $"({middle} < {low - margin} OR {middle} >= {high - margin})",
            SearchPrefix.GreaterThan => $"{middle} > {number + margin}",
            SearchPrefix.LessThan => $"{middle} < {number - margin}",
            SearchPrefix.GreaterOrEqual => $"{middle} >= {number - margin}",
            SearchPrefix.LessOrEqual => $"{middle} <= {number + margin}",
            SearchPrefix.StartsAfter => $"{i}.low > {number + margin}",
            SearchPrefix.EndsBefore => $"{i}.high < {number - margin}",
            _ => $"({middle} >= {number - near} AND {middle} <= {number + near})",
        };
    }

    private static Sql Quantity(QuantityValue quantity, Sql i)
    {
        var number = Number(quantity.Prefix, quantity.Number, quantity.Low, quantity.High, i);
        return quantity switch
        {
            { Code: null, System: null } => number,
            { Code: null } => $"{number} AND {i}.system = {quantity.System}",
            { System: null } => $"{number} AND ({i}.code = {quantity.Code} OR {i}.unit = {quantity.Code})",
            _ => $"{number} AND {i}.system = {quantity.System} AND {i}.code = {quantity.Code}",
        };
    }

    /// <summary>A flat map around the point: right to one part in a thousand for the distances of a city.</summary>
    private static Sql Near(PositionValue near, Sql i)
    {
        var latitude = near.Kilometres / KilometresPerDegree;
        var perDegree = KilometresPerDegree * Math.Max(Math.Cos(near.Latitude * Math.PI / 180), 0.01);
        Sql north = $"(({i}.latitude - {IndexKey.Number(near.Latitude)}) * {KilometresPerDegree})";
        Sql east = $"(({i}.longitude - {IndexKey.Number(near.Longitude)}) * {perDegree})";
        return $"""
            {i}.latitude BETWEEN {near.Latitude - latitude} AND {near.Latitude + latitude}
            AND {north} * {north} + {east} * {east} <= {near.Kilometres * near.Kilometres}
            """;
    }

    private static string Key(string? text) => IndexKey.Whole(text ?? "");
}
