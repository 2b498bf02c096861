using Interop.Sharing.Redaction;
using Interop.Storage.Search;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

public abstract partial class ResourceStoreContract
{
    internal static readonly string[] Questions =
    [
        "Patient", "Encounter", "Condition", "Observation", "Task", "Organization",
        "Patient?gender=male", "Patient?gender:not=male", "Patient?gender:missing=true", "Patient?gender:missing=false",
        "Patient?gender:not=male,female", "Patient?family=ad", "Patient?family:contains=a", "Patient?family:exact=baker",
        "Patient?birthdate=ge1970", "Patient?birthdate=lt1970", "Patient?birthdate:missing=true", "Patient?_id=p1,p2,p3",
        "Patient?general-practitioner=Organization/north", "Patient?general-practitioner=Organization/hidden",
        "Patient?general-practitioner=Organization/none", "Patient?general-practitioner:missing=true",
        "Patient?general-practitioner:missing=false", "Patient?general-practitioner:Organization.name=secret",
        "Patient?general-practitioner.name=north", "Patient?_sort=birthdate", "Patient?_sort=-birthdate",
        "Patient?_sort=gender,family,-_id",
        "Patient?_sort=-_lastUpdated", "Patient?_lastUpdated=gt2025-06-15T15:06:40.0005Z", "Patient?_lastUpdated=lt2030",
        "Patient?_has:Observation:subject:code=x", "Patient?_has:Condition:subject:code=icd|f20",
        "Patient?_has:Encounter:patient:status=finished",
        "Patient?_has:Encounter:patient:status:missing=true", "Patient?_has:Encounter:subject:_has:Condition:encounter:code=f10",
        "Patient?_revinclude=Encounter:patient", "Patient?_revinclude=Encounter:subject&_revinclude:iterate=Condition:encounter",
        "Patient?gender=female&_has:Task:patient:status=requested&_sort=family",
        "Encounter?status=finished", "Encounter?status=finished&_sort=-date", "Encounter?date=ge2025-03&date=lt2025-06",
        "Encounter?service-provider=Organization/north", "Encounter?service-provider=Organization/hidden", "Encounter?subject=Patient/p1",
        "Encounter?subject:Patient.gender=male", "Encounter?subject:Patient.gender:missing=true", "Encounter?patient.family=clark",
        "Encounter?_include=Encounter:subject", "Encounter?_include=Encounter:service-provider&_revinclude=Condition:encounter",
        "Condition?encounter.status=finished", "Condition?encounter.subject:Patient.gender=male", "Condition?encounter:missing=true",
        "Condition?code=f10&_include=Condition:encounter&_include:iterate=Encounter:subject", "Condition?code=icd|",
        "Condition?code:not=f10",
        "Observation?code=x", "Observation?code=l|x", "Observation?code=l|x,m|y", "Observation?value-quantity=gt1",
        "Observation?value-quantity=0.5",
        "Observation?code-value-quantity=x$ge1", "Observation?has-member:missing=true", "Observation?has-member.code=x",
        "Observation?_sort=value-quantity,code", "Observation?_include=Observation:has-member",
        "Observation?_include:iterate=Observation:has-member",
        "Observation?_has:Observation:has-member:code=y", "Task?status=requested", "Task?focus:Condition.code=f10",
        "Task?owner=Organization/north&status=requested&_include=Task:focus", "Task?_include=Task:focus&_include=Task:patient",
        "Task?patient=p1", "Task?patient=p1&status=accepted", "Task?focus:missing=true", "Task?focus:missing=false&_sort=status",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task What_is_hidden_changes_no_answer(int seed)
    {
        var city = new PairedCity(seed);
        using var otherDatabase = Fresh();
        await using var other = await otherDatabase.OpenAsync();
        foreach (var (target, writes) in new[] { (store, city.Writes), (other, city.View()) })
        {
            await target.PutAsync([.. writes]);
            await target.WriteAsync(session => session.ReplaceDefaults(city.Grants.Where(grant => grant.Subject is null)),
                CancellationToken.None);
            foreach (var patient in city.Grants.Where(grant => grant.Subject is not null).GroupBy(grant => grant.Subject!))
            {
                await target.GrantAsync(patient.Key, [.. patient]);
            }
        }

        foreach (var question in Questions)
        {
            var type = question.Split('?')[0];
            var separator = question.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            Assert.Equal((question, await AnswersAsync(other)), (question, await AnswersAsync(store)));

            async Task<string> AnswersAsync(ResourceStore asked)
            {
                var answers = new List<string>();
                foreach (var suffix in new[] { "_total=accurate", "_count=3", "_summary=count", "_summary=count&_total=estimate" })
                {
                    var page = await asked.SearchAsync(question + separator + suffix);
                    answers.Add(Written(page));
                    if (page.Next is { } next)
                    {
                        answers.Add(Written(
                            await asked.SearchAsync($"{question}{separator}{suffix}&_cursor={Uri.EscapeDataString(next.Write())}")));
                    }
                }

                return string.Join('\n', answers);
            }
        }

        foreach (var key in city.Writes.Select(write => write.Key).Distinct())
        {
            Assert.Equal(city.IsVisible(key), await store.SeeAsync(key.ToString()) is not null);
            Assert.Equal(await HistoryAsync(other), await HistoryAsync(store));

            async Task<string> HistoryAsync(ResourceStore asked)
            {
                await using var read = await asked.OpenReadAsync(CancellationToken.None);
                return string.Join('\n', read.Rows.History(key, Sight()).Select(Written));
            }
        }
    }

    private static string Written(SearchPage page) => $"""
        total {page.Total} next {page.Next?.Write()}
        {string.Join('\n', page.Matches.Select(Written))}
        included
        {string.Join('\n', page.Included.Select(Written))}
        """;

    /// <summary>All but the stored version, which counts hidden edits too and therefore never leaves.</summary>
    private static string Written(SeenResource seen) =>
        $"{seen.Key} {seen.Deleted} {seen.Tier} {seen.Party} {seen.Changed} {System.Text.Encoding.UTF8.GetString(seen.Body.Span)}";
}
