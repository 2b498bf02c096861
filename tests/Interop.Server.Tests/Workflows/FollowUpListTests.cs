using Interop.Server.Tests.Host;

namespace Interop.Server.Tests.Workflows;

/// <summary>The navigator's job: who is owed a contact within 48 hours, soonest first.</summary>
public sealed class FollowUpListTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Encounter("e1", "p1"),
        Fixtures.Encounter("e2", "p2"),
    ];

    [Fact]
    public async Task Finishing_an_encounter_makes_the_task_in_the_same_transaction()
    {
        using var navigator = Server.As("navigator");

        using var finished = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));

        Assert.Equal(200, (int)finished.StatusCode);
        var list = await navigator.GetJsonAsync("Task?code=follow-up-48h&encounter=Encounter/e1");
        var task = Assert.Single(list.GetProperty("entry").EnumerateArray()).GetProperty("resource");
        Assert.Equal("requested", task.GetProperty("status").GetString());
        var due = task.GetProperty("restriction").GetProperty("period").GetProperty("end").GetDateTimeOffset();
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero), due);
    }

    [Fact]
    public async Task Finishing_it_again_makes_no_second_task()
    {
        using var navigator = Server.As("navigator");
        for (var time = 0; time < 2; time++)
        {
            using var finished = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));
        }

        var list = await navigator.GetJsonAsync("Task?code=follow-up-48h&_total=accurate");

        Assert.Equal(1, list.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task The_list_is_sorted_by_due_time()
    {
        using var navigator = Server.As("navigator");
        using var later = await navigator.PutFhirAsync("Encounter/e2", Fixtures.Encounter("e2", "p2", "finished").Replace("T11:00", "T18:00", StringComparison.Ordinal));
        using var sooner = await navigator.PutFhirAsync("Encounter/e1", Fixtures.Encounter("e1", "p1", "finished"));

        var list = await navigator.GetJsonAsync("Task?code=follow-up-48h&status=requested,accepted,in-progress&_sort=due");

        var persons = list.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource").GetProperty("for").GetProperty("reference").GetString());
        Assert.Equal(["Patient/p1", "Patient/p2"], persons);
    }
}
