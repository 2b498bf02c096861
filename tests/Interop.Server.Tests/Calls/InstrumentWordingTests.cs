using System.Text.Json.Nodes;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>
/// A site shows an instrument in the words that it has the licence for: words alone, and all of them. What is asked and what it counts is
/// the server's.
/// </summary>
public sealed class InstrumentWordingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-wording-").FullName;
    private readonly string database = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_form_has_the_sites_words_and_its_own_codes_and_without_them_its_short_names()
    {
        await using (var server = await StartAsync(Worded()))
        {
            using var navigator = server.As("navigator");
            var form = await navigator.GetJsonAsync("Questionnaire/phq-2");
            Assert.Equal("May be shown.", form.Text("copyright"));
            var first = form.GetProperty("item")[0];
            Assert.Equal("Words of item 0", first.Text("text"));
            Assert.Contains("Palabras de 0", first.GetProperty("_text").GetRawText(), StringComparison.Ordinal);
            var option = first.GetProperty("answerOption")[3];
            Assert.Equal("Called 3", option.GetProperty("valueCoding").Text("display"));
            Assert.Equal(3, option.GetProperty("extension")[0].GetProperty("valueDecimal").GetInt32());
            Assert.True(first.GetProperty("required").GetBoolean());
        }

        await using var plain = await StartAsync(null);
        using var reader = plain.As("navigator");
        var without = await reader.GetJsonAsync("Questionnaire/phq-2");
        Assert.False(without.TryGetProperty("copyright", out _));
        Assert.DoesNotContain("Words of", without.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_wording_of_an_instrument_stops_the_start_and_says_where()
    {
        await StopsAsync(form => form.Remove("copyright"), "Questionnaire.copyright");
        await StopsAsync(form => form["item"]!.AsArray().RemoveAt(1), "/44255-8 has one wording");
        await StopsAsync(form => form["item"]![0]!.AsObject().Remove("text"), "/44250-9 has one wording");
        await StopsAsync(
            form => form["item"]![0]!["answerOption"]![0]!["valueCoding"]!["code"] = "LA0", "not answered by http://loinc.org|LA0");
        await StopsAsync(form => form["url"] = $"{Fixtures.Base}/Questionnaire/phq-3", "no instrument of this server");
        await StopsAsync(form => form["url"] = $"{Fixtures.Base}/Questionnaire/consent-on-scene", "no instrument of this server");
        await StopsAsync(form => form["status"] = "good", "Questionnaire.status");
        var twice = Worded();
        await File.WriteAllTextAsync(Path.Combine(folder, "again.json"), twice.ToJsonString());
        await StopsAsync(_ => { }, "words the same instrument");

        async Task StopsAsync(Action<JsonObject> change, string reason)
        {
            var form = Worded();
            change(form);
            var stopped = await Assert.ThrowsAsync<SettingsException>(() => StartAsync(form));
            Assert.Contains(reason, stopped.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Invented words for both items, in two languages.</summary>
    private static JsonObject Worded()
    {
        var items = new[] { "/44250-9", "/44255-8" }.Select((link, number) => $$"""
            {
              "linkId": "{{link}}", "type": "choice", "text": "Words of item {{number}}",
              "_text": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
                {"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": "Palabras de {{number}}"}]}]},
              "answerOption": [{{string.Join(',', new[] { "LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9" }.Select((code, option) =>
                $$"""{"valueCoding": {"system": "http://loinc.org", "code": "{{code}}", "display": "Called {{option}}"} }"""))}}]
            }
            """);
        return JsonNode.Parse($$"""
            {
              "resourceType": "Questionnaire", "status": "active", "url": "{{Fixtures.Base}}/Questionnaire/phq-2",
              "copyright": "May be shown.", "item": [{{string.Join(',', items)}}]
            }
            """)!.AsObject();
    }

    private async Task<RunningServer> StartAsync(JsonObject? wording)
    {
        var path = Path.Combine(folder, "wording.json");
        File.Delete(path);
        if (wording is not null)
        {
            await File.WriteAllTextAsync(path, wording.ToJsonString());
        }

        var server = await RunningServer.StartAsync(database, settings: [$"--Interop:Definitions:0={folder}"]);
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
        return server;
    }
}
