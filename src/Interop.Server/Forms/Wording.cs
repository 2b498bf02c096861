using System.Text.Json.Nodes;
using Interop.Fhir.Json;
using Interop.Fhir.Profiles;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Forms;

/// <summary>
/// A form in the words that a site has the licence to show: of a Questionnaire with the form's url, in the files of
/// <c>Interop:Definitions</c>, the title, copyright, texts (with their translations,
/// http://hl7.org/fhir/StructureDefinition/translation) and what options are called. What is asked, how it is answered and what it counts
/// stays the form's.
/// </summary>
internal sealed class Wording
{
    private static readonly string[] OfForm = ["title", "_title", "copyright", "_copyright"];
    private static readonly string[] OfItem = ["text", "_text", "prefix"];
    private readonly Dictionary<string, (string File, JsonObject Words)> byUrl = new(StringComparer.Ordinal);

    /// <param name="definitions">Files and folders.</param>
    /// <param name="forms">Those that may be worded.</param>
    /// <exception cref="SettingsException">A Questionnaire of a url of ours words no form, or not all of one, or another.</exception>
    public Wording(IReadOnlyList<string> definitions, IEnumerable<Form> forms, ProfileSet profiles)
    {
        var known = forms.ToDictionary(form => form.Url, StringComparer.Ordinal);
        foreach (var (name, bytes, problem) in ResourceFiles.Read(definitions))
        {
            if (problem is not null || ResourceJson.ReadHeader(bytes)?.Type != "Questionnaire")
            {
                continue;
            }

            var url = TopLevel.Text(bytes, "url") ?? string.Empty;
            if (!known.TryGetValue(url, out var form))
            {
                if (url.StartsWith($"{CrisisProfiles.Base}/", StringComparison.Ordinal))
                {
                    throw Wrong(name, $"Questionnaire.url: no instrument of this server is {url}.");
                }

                continue; // a guide's forms, which nobody asks here
            }

            if (profiles.Validate(bytes).FirstOrDefault(issue => issue.Severity <= IssueSeverity.Error) is { } invalid)
            {
                throw Wrong(name, $"{invalid.Expression}: {invalid.Diagnostics}");
            }

            var words = JsonNode.Parse(bytes)!.AsObject();
            if (!words.ContainsKey("copyright"))
            {
                throw Wrong(name, "Questionnaire.copyright: it says who allows these words to be shown.");
            }

            var given = ItemsOf(words).ToLookup(LinkOf);
            foreach (var item in form.AllItems)
            {
                Check(name, item, [.. given[item.LinkId]]);
            }

            if (!byUrl.TryAdd(url, (name, words)))
            {
                throw Wrong(name, $"Questionnaire.url: {byUrl[url].File} words the same instrument.");
            }
        }
    }

    /// <summary>The form as it is published.</summary>
    public byte[] Of(Form form)
    {
        if (!byUrl.TryGetValue(form.Url, out var found))
        {
            return form.Body;
        }

        var body = JsonNode.Parse(form.Body)!.AsObject();
        Take(body, found.Words, OfForm);
        var given = ItemsOf(found.Words).ToDictionary(LinkOf);
        foreach (var item in ItemsOf(body))
        {
            var words = given[LinkOf(item)];
            Take(item, words, OfItem);
            var called = OptionsOf(words).ToDictionary(CodingOf, option => option["display"]);
            foreach (var option in OptionsOf(item))
            {
                if (called.GetValueOrDefault(CodingOf(option)) is { } display)
                {
                    option["display"] = display.DeepClone();
                }
            }
        }

        return FhirJson.Write(writer => body.WriteTo(writer));
    }

    private static void Check(string name, FormItem item, IReadOnlyList<JsonObject> given)
    {
        if (given is not [var words] || (string?)words["text"] is not { Length: > 0 })
        {
            throw Wrong(name, $"Questionnaire.item.text: the item {item.LinkId} has one wording, or the instrument has none.");
        }

        var strange = OptionsOf(words).Select(CodingOf).FirstOrDefault(coding => !item.Options.ContainsKey(coding));
        if (strange is not null)
        {
            throw Wrong(name, $"Questionnaire.item.answerOption: the item {item.LinkId} is not answered by {strange}.");
        }
    }

    private static void Take(JsonObject form, JsonObject words, IEnumerable<string> properties)
    {
        foreach (var property in properties.Where(words.ContainsKey))
        {
            form[property] = words[property]!.DeepClone();
        }
    }

    private static IEnumerable<JsonObject> ItemsOf(JsonObject parent) => ObjectsOf(parent["item"])
        .SelectMany(item => ItemsOf(item).Prepend(item));

    private static IEnumerable<JsonObject> OptionsOf(JsonObject item) =>
        ObjectsOf(item["answerOption"]).Select(option => option["valueCoding"]).OfType<JsonObject>();

    private static IEnumerable<JsonObject> ObjectsOf(JsonNode? array) => (array as JsonArray)?.OfType<JsonObject>() ?? [];

    private static string LinkOf(JsonObject item) => (string?)item["linkId"] ?? string.Empty;

    private static string CodingOf(JsonObject coding) => $"{(string?)coding["system"]}|{(string?)coding["code"]}";

    private static SettingsException Wrong(string name, string rule) => new($"Interop:Definitions: {name}: {rule}");
}
