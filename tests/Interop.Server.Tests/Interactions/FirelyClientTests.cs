using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Task = System.Threading.Tasks.Task;

namespace Interop.Server.Tests.Interactions;

/// <summary>A day of Firely's client against the server, with its own ideas of headers, media types, bundles and links.</summary>
public class FirelyClientTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Patient("p1", "One"), Fixtures.Patient("p2", "Two"), Fixtures.Patient("p3", "Three"),
        Fixtures.Condition("c1", "p1"), Fixtures.Condition("c2", "p1"),
    ];

    [Fact]
    public async Task It_reads_and_writes()
    {
        using var client = Client();
        var patient = (await client.ReadAsync<Patient>("Patient/p1"))!;
        Assert.Equal("One", patient.Name[0].Family);

        patient.Gender = AdministrativeGender.Other;
        var updated = (await client.UpdateAsync(patient, versionAware: true))!;
        Assert.Equal("2", updated.VersionId);
        var stale = await Assert.ThrowsAsync<FhirOperationException>(() => client.UpdateAsync(patient, versionAware: true));
        Assert.Equal(System.Net.HttpStatusCode.PreconditionFailed, stale.Status);

        var created = (await client.CreateAsync(new Patient { Identifier = [new("urn:t", "A-1")], Name = [new() { Family = "New" }] }))!;
        var condition = new SearchParams("identifier", "urn:t|a-1");
        var again = (await client.ConditionalCreateAsync(new Patient { Identifier = [new("urn:t", "A-1")] }, condition))!;
        Assert.Equal(created.Id, again.Id);

        var patch = new Parameters().Add("operation", new List<Tuple<string, Base>>
        {
            new("type", new Code("replace")), new("path", new FhirString("Patient.name[0].family")),
            new("value", new FhirString("Patched")),
        });
        var patched = (Patient)(await client.PatchAsync<Patient>(created.Id!, patch))!;
        Assert.Equal("Patched", patched.Name[0].Family);

        var history = (await client.HistoryAsync(new Uri("Patient/" + created.Id, UriKind.Relative)))!;
        Assert.Equal(2, history.Total);
        var first = (await client.ReadAsync<Patient>($"Patient/{created.Id}/_history/1"))!;
        Assert.Equal("New", first.Name[0].Family);

        await client.DeleteAsync($"Patient/{created.Id}");
        var gone = await Assert.ThrowsAsync<FhirOperationException>(() => client.ReadAsync<Patient>($"Patient/{created.Id}"));
        Assert.Equal(System.Net.HttpStatusCode.Gone, gone.Status);
    }

    [Fact]
    public async Task It_searches_in_pages_with_includes()
    {
        using var client = Client();

        var page = await client.SearchAsync<Patient>(["_sort=_id"], pageSize: 1);
        var found = new List<string>();
        for (; page is not null; page = Local(page) is { } next ? await client.ContinueAsync(next) : null)
        {
            found.AddRange(page.Entry.Select(entry => entry.Resource!.Id!));
        }

        Assert.Equal(["p1", "p2", "p3"], found);
        var included = (await client.SearchAsync<Condition>(["patient=Patient/p1"], includes: ["Condition:patient"]))!;
        Assert.Equal(3, included.Entry.Count);
        Assert.Single(included.Entry, entry => entry.Search!.Mode == Bundle.SearchEntryMode.Include);
    }

    [Fact]
    public async Task It_sends_transactions_and_batches()
    {
        using var client = Client();
        var name = "urn:uuid:" + Guid.NewGuid();
        var transaction = new Bundle
        {
            Type = Bundle.BundleType.Transaction,
            Entry =
            [
                new()
                {
                    FullUrl = name, Resource = new Patient { Name = [new() { Family = "Posted" }] },
                    Request = new() { Method = Bundle.HTTPVerb.POST, Url = "Patient" }
                },
                new()
                {
                    FullUrl = "urn:uuid:" + Guid.NewGuid(),
                    Resource = new Observation { Status = ObservationStatus.Final, Code = new() { Text = "x" }, Subject = new(name) },
                    Request = new() { Method = Bundle.HTTPVerb.POST, Url = "Observation" },
                },
            ],
        };

        var done = (await client.TransactionAsync(transaction))!;

        Assert.All(done.Entry, entry => Assert.StartsWith("201", entry.Response!.Status!, StringComparison.Ordinal));
        var batch = new Bundle
        {
            Type = Bundle.BundleType.Batch,
            Entry =
            [
                new() { Request = new() { Method = Bundle.HTTPVerb.GET, Url = "Patient/p1" } },
                new() { Request = new() { Method = Bundle.HTTPVerb.GET, Url = "Patient/nobody" } },
                new() { Request = new() { Method = Bundle.HTTPVerb.GET, Url = "Observation?subject:Patient.family=Posted" } },
            ],
        };
        var answers = (await client.TransactionAsync(batch))!;
        Assert.Equal(["200", "404", "200"], answers.Entry.Select(entry => entry.Response!.Status![..3]));
        Assert.Single(((Bundle)answers.Entry[2].Resource!).Entry);
    }

    [Fact]
    public async Task It_writes_by_conditions_and_reads_histories()
    {
        using var client = Client();
        var condition = new SearchParams("identifier", "urn:t|C-1");
        var patient = new Patient { Identifier = [new("urn:t", "C-1")], Name = [new() { Family = "Conditional" }] };

        var created = (await client.ConditionalUpdateAsync(patient, condition))!;
        var again = (await client.ConditionalUpdateAsync(patient, condition))!;
        var patch = new Parameters().Add("operation", new List<Tuple<string, Base>>
        {
            new("type", new Code("replace")), new("path", new FhirString("Patient.name[0].family")),
            new("value", new FhirString("Patched")),
        });
        var patched = (Patient)(await client.ConditionalPatchAsync<Patient>(condition, patch))!;

        Assert.Equal((created.Id, "2"), (again.Id, again.VersionId));
        Assert.Equal((created.Id, "Patched"), (patched.Id, patched.Name[0].Family));
        await client.ConditionalDeleteSingleAsync(condition, "Patient");
        var history = (await client.TypeHistoryAsync("Patient", pageSize: 2))!;
        Assert.Equal(Bundle.HTTPVerb.DELETE, history.Entry[0].Request!.Method);
        Assert.NotNull(history.NextLink);
        Assert.True((await client.WholeSystemHistoryAsync())!.Total > history.Total);
    }

    [Fact]
    public async Task It_searches_several_types_and_calls_operations()
    {
        using var client = Client();
        var several = (await client.WholeSystemSearchAsync(["_type=Patient,Condition"]))!;
        var everything = (Bundle)(await client.InstanceOperationAsync(new("Patient/p1", UriKind.Relative), "everything", useGet: true))!;
        var person = new Parameters().Add(
            "resource", new Patient { BirthDate = "1988-02-29", Name = [new() { Family = "One", Given = ["Ana"] }] });
        var matches = (Bundle)(await client.TypeOperationAsync<Patient>("match", person))!;

        Assert.Equal(5, several.Entry.Count);
        Assert.Equal(["p1", "c1", "c2"], everything.Entry.Select(entry => entry.Resource!.Id));
        Assert.Equal(["p1", "p2", "p3"], matches.Entry.Select(entry => entry.Resource!.Id));
        Assert.Equal([1, 0.67m, 0.67m], matches.Entry.Select(entry => entry.Search!.Score));
    }

    /// <summary>Links name the public address, at which no test server is.</summary>
    private Bundle? Local(Bundle page)
    {
        if (page.NextLink is null)
        {
            return null;
        }

        page.NextLink = new Uri(page.NextLink.ToString()
            .Replace(RunningServer.PublicUrl, new Uri(Server.Address, "fhir").ToString(), StringComparison.Ordinal));
        return page;
    }

    private FhirClient Client()
    {
        var http = Server.As("navigator");
        return new(
            new Uri(Server.Address, "/fhir/"),
            http,
            new() { PreferredFormat = ResourceFormat.Json, ReturnPreference = ReturnPreference.Representation });
    }
}
