using System.Reflection;

namespace Interop.Server.Tests.Durability;

/// <summary>
/// A disk without room: what can't be stored is refused with a reason, balancers are told, and it goes on when there is room.
/// </summary>
public sealed class FullDiskTests : SceneTests
{
    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("p1")];

    [Fact]
    public async Task A_full_disk_is_503_with_a_reason_until_there_is_room_again()
    {
        using var navigator = Server.As("navigator");
        await QuotaAsync(1);
        var created = 0;
        HttpResponseMessage refused;
        while (true)
        {
            refused = await navigator.PostFhirAsync("Patient", Fixtures.Patient("x", new string('x', 2000)));
            if ((int)refused.StatusCode != 201)
            {
                break;
            }

            created++;
        }

        await refused.OutcomeAsync(503);
        Assert.Equal(503, await StatusAsync("/health/ready"));
        Assert.Equal(200, await StatusAsync("/health/live"));

        // Nothing is answered without its row in the trail. A short row may find a place where a longer one did not, but not for ever.
        foreach (var path in new[] { "Patient/p1", "Patient/nobody", "Patient?_id=p1", "Patient/p1/_history" })
        {
            for (var room = true; room;)
            {
                using var read = await navigator.GetAsync(path);
                room = (int)read.StatusCode is 200 or 404;
                if (!room)
                {
                    await read.OutcomeAsync(503);
                }
            }
        }

        using (var malformed = await navigator.GetAsync("Patient?nonsense=1"))
        {
            await malformed.OutcomeAsync(400);
        }

        using (var stranger = Server.WithToken("no token"))
        {
            using var response = await stranger.GetAsync("Patient/p1");
            Assert.True((int)response.StatusCode is 401 or 503);
            Assert.Contains("OperationOutcome", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await QuotaAsync(1_000_000);
        Assert.Equal(200, await StatusAsync("/health/ready"));
        Assert.Equal("Patient/", (await navigator.CreatedAsync("Patient", Fixtures.Patient("x", new string('x', 2000))))[..8]);
        Assert.Equal(created + 2, (await navigator.GetJsonAsync("Patient?_summary=count")).GetProperty("total").GetInt32());
        Assert.True((await Server.Rows.VerifyAuditAsync(CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task A_write_that_is_stored_says_that_there_is_room_again()
    {
        using var navigator = Server.As("navigator");
        await QuotaAsync(1);
        while ((int)(await navigator.PostFhirAsync("Patient", Fixtures.Patient("x", new string('x', 2000)))).StatusCode == 201)
        {
        }

        await QuotaAsync(1_000_000);
        await navigator.CreatedAsync("Patient", Fixtures.Patient("x"));

        Assert.Equal(200, await StatusAsync("/health/ready"));
    }

    private async Task<int> StatusAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = Server.Address };
        using var response = await client.GetAsync(path);
        return (int)response.StatusCode;
    }

    /// <summary>
    /// SQLite refuses to grow a file beyond a number of pages, on the connections that write: of resources and of the trail.
    /// </summary>
    private async Task QuotaAsync(int pages)
    {
        var quota = $"PRAGMA max_page_count = {pages}";
        await Server.Rows.WriteAsync(session => Run(Field(Field(session, "Rows"), "Statements"), quota), CancellationToken.None);
        Run(Field(Field(Server.Rows, "trail"), "statements"), quota); // nothing is asked meanwhile, so nothing is written
    }

    private static object Field(object of, string name) =>
        of.GetType().GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)?.GetValue(of)
        ?? of.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(of)!;

    private static void Run(object statements, string script) =>
        statements.GetType().GetMethod("ExecuteScript")!.Invoke(statements, [script]);
}
