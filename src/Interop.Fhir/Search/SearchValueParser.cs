using System.Globalization;
using Interop.Fhir.References;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Search;

/// <summary>Reads one value as its parameter's type writes it (https://hl7.org/fhir/R4/search.html#ptypes).</summary>
internal sealed class SearchValueParser(ServiceBases bases, TimeZoneInfo? zone, long now, CodeCase codeCase)
{
    public SearchValue? Value(
        SearchParameterFacts parameter, SearchModifier modifier, string? targetType, string text, SearchProblems problems)
    {
        if (text.Length == 0)
        {
            problems.Add("value", "an empty value.");
            return null;
        }

        return parameter.Type switch
        {
            SearchParameterType.Reference when modifier == SearchModifier.Identifier => Typed(Token(text, problems)),
            SearchParameterType.Token when TokenCase.IsIgnored(parameter) => Typed(Token(text, problems)),
            SearchParameterType.Reference => Reference(text, targetType, problems),
            SearchParameterType.Composite => Composite(parameter, text, problems),
            SearchParameterType.Special when parameter.Code == "near" => Near(text, problems),
            SearchParameterType.Special => Unsupported(parameter, problems),
            var type => Simple(type, text, problems),
        };
    }

    /// <summary>The values with their codes as the index has them, where a code may stand there in two ways.</summary>
    public IReadOnlyList<SearchValue> InAnyCase(SearchParameterFacts parameter, IReadOnlyList<SearchValue> read) => parameter.Type switch
    {
        SearchParameterType.Token when !TokenCase.IsIgnored(parameter) => [.. read.SelectMany(AsIndexed)],
        SearchParameterType.Composite => [.. read.SelectMany(AsIndexed)],
        _ => read,
    };

    private IEnumerable<SearchValue> AsIndexed(SearchValue value) => value switch
    {
        TokenValue token => codeCase.Asked(token),
        CompositeValue composite => Combinations(composite.Components).Select(tuple => new CompositeValue(tuple)),
        _ => [value],
    };

    private IEnumerable<SearchValue[]> Combinations(IEnumerable<SearchValue> components) => components.Select(AsIndexed).Aggregate(
        (IEnumerable<SearchValue[]>)[[]],
        (tuples, part) => tuples.SelectMany(tuple => part.Select(item => (SearchValue[])[.. tuple, item])));

    public DateValue? Date(string text, SearchProblems problems)
    {
        var (prefix, rest) = SearchText.Prefix(text);

        // A plus sign that nobody escaped in a URL arrives as a space.
        if (DateInterval.TryParse(rest.Replace(' ', '+'), zone) is not { } date)
        {
            problems.Add("value", "a date, or a date with time and zone, is expected, with an optional prefix.");
            return null;
        }

        if (prefix != SearchPrefix.Approximately)
        {
            return new(prefix, date.Low, date.High);
        }

        // A tenth of the distance to now (https://hl7.org/fhir/R4/search.html#prefix).
        var margin = Math.Max(Math.Abs(now - date.Low), Math.Abs(now - date.High)) / 10;
        return new(prefix, date.Low - margin, date.High + margin);
    }

    private static TokenValue? Typed(TokenValue? token) => token?.Code is { } code ? token with { Code = TokenCase.Fold(code) } : token;

    private static SearchValue? Unsupported(SearchParameterFacts parameter, SearchProblems problems)
    {
        problems.Add("not-supported", $"{parameter.Code} is not supported.");
        return null;
    }

    private SearchValue? Simple(SearchParameterType type, string text, SearchProblems problems) => type switch
    {
        SearchParameterType.Token => Token(text, problems),
        SearchParameterType.String => new StringValue(SearchText.Unescape(text), StringFolding.Fold(SearchText.Unescape(text))),
        SearchParameterType.Date => Date(text, problems),
        SearchParameterType.Number => Number(text, problems),
        SearchParameterType.Quantity => Quantity(text, problems),
        SearchParameterType.Uri => new UriValue(SearchText.Unescape(text)),
        SearchParameterType.Reference => Reference(text, null, problems),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static TokenValue? Token(string text, SearchProblems problems)
    {
        var parts = SearchText.Split(text, '|');
        if (parts.Count > 2 || text == "|")
        {
            problems.Add("value", "code, system|code, |code or system| is expected.");
            return null;
        }

        return parts.Count == 1
            ? new(null, SearchText.Unescape(parts[0]))
            : new(SearchText.Unescape(parts[0]), parts[1].Length == 0 ? null : SearchText.Unescape(parts[1]));
    }

    private static NumberValue? Number(string text, SearchProblems problems)
    {
        var (prefix, rest) = SearchText.Prefix(text);
        if (SearchNumber.TryRead(rest) is not { } number)
        {
            problems.Add("value", "a number is expected, with an optional prefix.");
            return null;
        }

        return new(prefix, number.Value, number.Interval.Low, number.Interval.High);
    }

    private static QuantityValue? Quantity(string text, SearchProblems problems)
    {
        var parts = SearchText.Split(text, '|');
        if (parts.Count is not (1 or 3) || Number(parts[0], problems) is not { } number)
        {
            problems.AddIf(parts.Count is not (1 or 3), "value", "number or number|system|code is expected.");
            return null;
        }

        var system = parts.Count == 1 || parts[1].Length == 0 ? null : SearchText.Unescape(parts[1]);
        var code = parts.Count == 1 || parts[2].Length == 0 ? null : SearchText.Unescape(parts[2]);
        return new(number.Prefix, number.Number, number.Low, number.High, system, code);
    }

    private ReferenceValue? Reference(string text, string? targetType, SearchProblems problems)
    {
        var reference = SearchText.Unescape(text);
        if (ResourceKey.IsId(reference))
        {
            return new(targetType, reference, null);
        }

        switch (bases.Read(reference))
        {
            case ReferenceReading.Local { Key: var key }:
                problems.AddIf(
                    targetType is not null && targetType != key.Type, "value", "the value names another type than the modifier.");
                return new(key.Type, key.Id, null);
            case ReferenceReading.Foreign or ReferenceReading.Urn:
                return new(null, null, reference);
        }

        problems.Add("value", "an id, Type/id or URL is expected.");
        return null;
    }

    private CompositeValue? Composite(SearchParameterFacts parameter, string text, SearchProblems problems)
    {
        var parts = SearchText.Split(text, '$');
        if (parts.Count != parameter.Components.Count)
        {
            problems.Add("value", $"{parameter.Components.Count} values joined by $ are expected.");
            return null;
        }

        var values = parts.Zip(parameter.Components, (part, component) => part.Length == 0 ? null : Simple(component.Type, part, problems))
            .OfType<SearchValue>()
            .ToList();
        problems.AddIf(values.Count != parts.Count && problems.Issues.Count == 0, "value", "a component without a value.");
        return values.Count == parts.Count ? new(values) : null;
    }

    /// <summary>latitude|longitude|distance|units; a kilometre where no distance is given.</summary>
    private static PositionValue? Near(string text, SearchProblems problems)
    {
        var parts = SearchText.Split(text, '|');
        var numbers = parts.Take(3).Select(SearchNumber.TryRead).ToList();
        double? unit = parts.ElementAtOrDefault(3) switch
        {
            null or "" or "km" => 1,
            "m" => 0.001,
            "[mi_us]" or "mi" => 1.609344,
            _ => null,
        };
        if (parts.Count is < 2 or > 4 || numbers.Contains(null) || unit is null
            || Math.Abs(numbers[0]!.Value.Value) > 90 || Math.Abs(numbers[1]!.Value.Value) > 180)
        {
            problems.Add("value", "latitude|longitude|distance|unit is expected, the unit km, m or [mi_us].");
            return null;
        }

        return new(numbers[0]!.Value.Value, numbers[1]!.Value.Value, (numbers.ElementAtOrDefault(2)?.Value ?? 1) * unit.Value);
    }
}

/// <summary>A number and the interval that its written precision implies.</summary>
internal readonly record struct SearchNumber(double Value, NumberInterval Interval)
{
    public static SearchNumber? TryRead(string text) =>
        text.Length <= 40 && NumberInterval.TryParse(text) is { } interval
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? new(value, interval)
            : null;
}
