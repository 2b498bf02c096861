using Interop.Server.Guard.Exports;

namespace Interop.Server.Tests.Exports;

/// <summary>
/// An export is its client's alone, is made page by page of what that sees at the moment, outlives a crash, and ends.
/// </summary>
public sealed class ExportLifeTests : ExportScene
{
    [Fact]
    public async Task It_is_its_clients_alone_and_each_file_on_the_trail()
    {
        using var client = Client(Navigator);
        using var other = Client(Hospital);
        using var begun = await BeginAsync(client, "$export?_type=Patient");
        var address = Local(begun.Content.Headers.ContentLocation!.ToString());
        var manifest = await DoneAsync(client, begun);
        var file = Local(manifest.GetProperty("output")[0].GetProperty("url").GetString()!);

        foreach (var path in new[] { address, file, address + "/" + file.Split('/')[^1] + "x", "$export/nothing" })
        {
            using var hidden = await other.GetAsync(path);
            await hidden.OutcomeAsync(404);
        }

        foreach (var path in new[] { address, file })
        {
            using var filtered = await client.GetAsync(path + "?purpose-of-use=ETREAT");
            Assert.Contains("purpose-of-use", (await filtered.OutcomeAsync(400)).GetProperty("diagnostics").GetString()!);
        }

        using var withdrawn = await client.DeleteAsync(new Uri(address + "?_type=Patient", UriKind.Relative));
        await withdrawn.OutcomeAsync(400);
        using var deletion = await other.DeleteAsync(new Uri(address, UriKind.Relative));
        await deletion.OutcomeAsync(404);
        using var stranger = Server.WithToken(null);
        using var unknown = await stranger.GetAsync(file);
        Assert.Equal(401, (int)unknown.StatusCode);
        using var served = await client.GetAsync(file);
        Assert.Equal("application/fhir+ndjson", served.Content.Headers.ContentType!.MediaType);

        var rows = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row).ToList();
        Assert.Single(rows, row => row is { Outcome: "permit" } && row.Target == file);
        Assert.Contains(rows, row => row.Client == "demo-navigator" && row.Detail.Contains("Patient/p1 v1", StringComparison.Ordinal));
        foreach (var path in OperatingSystem.IsWindows() ? [] : Directory.GetFiles(Folder))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(path).UnixFileMode);
        }
    }

    [Fact]
    public async Task Nobodys_long_exports_keep_another_waiting()
    {
        using var greedy = Client(Navigator);
        using var modest = Client(Hospital);
        var last = string.Empty;
        for (var number = 0; number < 4; number++)
        {
            using var begun = await BeginAsync(greedy, "$export");
            last = Local(begun.Content.Headers.ContentLocation!.ToString());
        }

        using var own = await BeginAsync(modest, "$export?_type=Patient");
        await DoneAsync(modest, own);

        using var state = await greedy.GetAsync(last);
        Assert.Equal(202, (int)state.StatusCode);
    }

    [Fact]
    public async Task What_is_cancelled_is_gone_with_its_files()
    {
        using var client = Client(Navigator);
        using var begun = await BeginAsync(client, "$export?_type=Patient");
        var address = Local(begun.Content.Headers.ContentLocation!.ToString());
        await DoneAsync(client, begun);
        Assert.NotEmpty(Directory.GetFiles(Folder));

        using var cancelled = await client.DeleteAsync(new Uri(address, UriKind.Relative));

        Assert.Equal(202, (int)cancelled.StatusCode);
        Assert.Empty(Directory.GetFiles(Folder));
        using var gone = await client.GetAsync(address);
        await gone.OutcomeAsync(404);
        using var again = await client.DeleteAsync(new Uri(address, UriKind.Relative));
        await again.OutcomeAsync(404);
    }

    [Fact]
    public async Task What_was_revoked_meanwhile_is_not_in_the_next_page()
    {
        using var client = Client(Hospital);
        var pages = Server.Part<ExportPages>();
        await StopWorkerAsync();
        using var begun = await BeginAsync(client, "$export?_type=Patient,Condition");
        var id = begun.Content.Headers.ContentLocation!.ToString().Split('/')[^1];
        var first = await pages.NextAsync((await JobAsync(id))!, 0, CancellationToken.None);
        await Server.ImportAsync(Custodian, Fixtures.Consent("opens", "p1", "city-hospital", status: "inactive"));

        var job = first;
        while (job is { FinishedAt: null })
        {
            job = await pages.NextAsync(job, 0, CancellationToken.None);
        }

        var text = string.Concat(Directory.GetFiles(Folder).Select(File.ReadAllText));
        Assert.Contains("\"id\":\"p1\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Condition\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_crash_it_goes_on_and_no_line_is_there_twice()
    {
        using var client = Client(Navigator);
        await StopWorkerAsync();
        using var begun = await BeginAsync(client, "$export?_type=Patient,Condition");
        var id = begun.Content.Headers.ContentLocation!.ToString().Split('/')[^1];
        await Server.Part<ExportPages>().NextAsync((await JobAsync(id))!, 0, CancellationToken.None);

        // A page was half written when the machine stopped.
        await File.AppendAllTextAsync(Directory.GetFiles(Folder).Single(), "{\"resourceType\":\"Pat");
        await using var next = await StartAsync(Server.Database);
        using var later = next.As(Navigator, ("sub", "demo-navigator"));

        var manifest = await DoneAsync(later, $"$export/{id}");

        Assert.Equal(
            ["Condition/c1", "Condition/c2", "Condition/c3", "Patient/p1", "Patient/p2", "Patient/p3"],
            (await LinesAsync(later, manifest)).Select(Key).Order());
    }

    [Fact]
    public async Task A_server_that_is_stopped_keeps_no_lease()
    {
        using var client = Client(Navigator);
        using var begun = await BeginAsync(client, "$export");
        var id = begun.Content.Headers.ContentLocation!.ToString().Split('/')[^1];
        await Eventually.IsSoAsync(async () => (await JobAsync(id))!.LeasedUntil > 0);

        await StopWorkerAsync();

        var job = (await JobAsync(id))!;
        Assert.True(job is { FinishedAt: not null } or { LeasedUntil: 0 }, "It is leased for ever, as the clock stands.");
    }

    [Fact]
    public async Task What_is_old_is_removed()
    {
        using var client = Client(Navigator);
        using var begun = await BeginAsync(client, "$export?_type=Patient");
        await DoneAsync(client, begun);
        Server.Clock.Advance(TimeSpan.FromHours(25));

        using var second = await BeginAsync(client, "$export?_type=Condition"); // rings the worker
        await DoneAsync(client, second);

        using var gone = await client.GetAsync(Local(begun.Content.Headers.ContentLocation!.ToString()));
        await gone.OutcomeAsync(404);
        Assert.Single(Directory.GetFiles(Folder));
    }
}
