using System.Data.Common;
using System.Globalization;
using System.Resources;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Pages.Looks;

namespace Interop.Pages.Tests.Sight;

/// <summary>
/// Every text about a person in the demo's database (names, telephones, addresses, days of birth, numbers of cases, notes, narratives, what
/// codes are called) and every id of a record, each with where it stands. What is nobody's record, or a word of the pages, says nothing.
/// </summary>
internal sealed partial class CityTexts
{
    // Of a resource, what its machine part says: no page can tell a person by it, and half of it is everywhere.
    private static readonly HashSet<string> Machine =
    [
        "resourceType", "id", "reference", "system", "url", "code", "status", "use", "versionId", "lastUpdated",
        "profile", "language", "unit", "contentType", "intent", "mode", "type", "priority", "gender", "linkId",
        "questionnaire", "version", "instantiatesUri", "state", "valueCode", "valueUri", "valueUrl", "valueCanonical",
        "valueId", "relationship", "hash",
    ];

    private readonly Dictionary<string, HashSet<string>> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> persons = new(StringComparer.Ordinal);

    private CityTexts()
    {
    }

    /// <summary>How many different texts there are.</summary>
    public int Count => texts.Count;

    /// <param name="tables">The server's, open.</param>
    public static async Task<CityTexts> ReadAsync(DbConnection tables)
    {
        var (city, everybodys) = (new CityTexts(), new StringBuilder());
        await using var command = tables.CreateCommand();
        command.CommandText = "SELECT type, id, subject, body FROM resource WHERE deleted = 0";
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var (type, id) = (rows.GetString(0), rows.GetString(1));
            var person = type == "Patient" ? id : await rows.IsDBNullAsync(2) ? null : rows.GetString(2);
            using var body = JsonDocument.Parse((byte[])rows.GetValue(3));
            if (person is null)
            {
                everybodys.AppendJoin('\n', Said(body.RootElement)).Append('\n');
                continue;
            }

            city.Add($"{type}/{id}", id, person, body.RootElement);
        }

        // The pages' own words in English, the site's settings, and the people who work here.
        foreach (System.Collections.DictionaryEntry word in
            new ResourceManager(typeof(Words)).GetResourceSet(CultureInfo.GetCultureInfo("es"), true, false)!)
        {
            everybodys.Append((string)word.Key).Append('\n');
        }

        everybodys.Append("555-0142\nInterop\n");
        var known = everybodys.ToString();
        foreach (var text in city.texts.Keys.Where(text => known.Contains(text, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            city.texts.Remove(text);
        }

        return city;
    }

    /// <summary>Whose record it is: id of a Patient.</summary>
    public string PersonOf(string record) => persons[record];

    /// <summary>What of all that stands in a page: texts, then ids, each with the records that it may come from.</summary>
    /// <param name="page">Its texts and the values of its attributes, a line each.</param>
    public IEnumerable<(string Text, bool IsId, IReadOnlyCollection<string> Records)> In(string page)
    {
        foreach (var (text, records) in texts)
        {
            if (Stands(page, text))
            {
                yield return (text, false, records);
            }
        }

        foreach (var id in Ids().Matches(page).Select(match => match.Value).Distinct())
        {
            if (ids.TryGetValue(id, out var records))
            {
                yield return (id, true, records);
            }
        }
    }

    /// <summary>What a resource says to people: a line each, as a page would write it.</summary>
    public static IEnumerable<string> Said(JsonElement element, string name = "")
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                if (element.TryGetProperty("family", out _) || element.TryGetProperty("given", out _))
                {
                    yield return Called(element);
                }

                foreach (var text in element.EnumerateObject().Where(part => !Machine.Contains(part.Name) || IsOfPlainType(part))
                    .SelectMany(part => Said(part.Value, part.Name)))
                {
                    yield return text;
                }

                break;
            case JsonValueKind.Array:
                foreach (var text in element.EnumerateArray().SelectMany(part => Said(part, name)))
                {
                    yield return text;
                }

                break;
            case JsonValueKind.String:
                foreach (var text in Lines(element.GetString()!, name).Select(line => Blank().Replace(line, " ").Trim())
                    .Where(line => line.Length >= 4))
                {
                    yield return text;
                }

                break;
        }
    }

    /// <summary>Elements such as <c>Encounter.type</c> and <c>Flag.code</c> are concepts, and say something.</summary>
    private static bool IsOfPlainType(JsonProperty part) => part.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;

    private static IEnumerable<string> Lines(string text, string name) => name switch
    {
        "birthDate" when DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) =>
            [text, day.ToString("d MMMM yyyy", CultureInfo.GetCultureInfo("en-US"))],
        "div" => Tags().Replace(text, "\n").Split('\n').Select(line => System.Net.WebUtility.HtmlDecode(line)),
        "data" => [], // of attachments: no page shows one
        _ when Instant().IsMatch(text) => [],
        _ => [text],
    };

    private static string Called(JsonElement name) => string.Join(' ', [
        .. name.TryGetProperty("given", out var given) ? given.EnumerateArray().Select(one => one.GetString()!) : [],
        .. name.TryGetProperty("family", out var family) ? new[] { family.GetString()! } : [],
    ]);

    /// <summary>Whether a text stands among others, not as a part of a word.</summary>
    public static bool Stands(string page, string text)
    {
        for (var at = page.IndexOf(text, StringComparison.Ordinal); at >= 0; at = page.IndexOf(text, at + 1, StringComparison.Ordinal))
        {
            var end = at + text.Length;
            if ((at == 0 || !char.IsLetterOrDigit(page[at - 1])) && (end == page.Length || !char.IsLetterOrDigit(page[end])))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(string record, string id, string person, JsonElement body)
    {
        persons[record] = person;
        Under(ids, id).Add(record);
        foreach (var text in Said(body))
        {
            Under(texts, text).Add(record);
        }
    }

    private static HashSet<string> Under(Dictionary<string, HashSet<string>> all, string key) =>
        all.TryGetValue(key, out var known) ? known : all[key] = [];

    [GeneratedRegex(@"[A-Za-z0-9\-.]{6,64}")]
    private static partial Regex Ids();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"^\d{4}(-\d\d(-\d\d(T.*)?)?)?$")]
    private static partial Regex Instant();
}
