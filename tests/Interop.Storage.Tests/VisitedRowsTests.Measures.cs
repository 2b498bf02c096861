using System.Globalization;
using Interop.Storage.Write;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>What is counted of some persons takes the work of those persons, however many others there are.</summary>
public sealed partial class VisitedRowsTests
{
    [Fact]
    public async Task Who_counts_some_persons_visits_no_others()
    {
        var asked = Enumerable.Range(100, 200).ToList();

        // A range ends one step sooner where nothing at all follows it.
        const int Last = 999;
        Assert.Equal(await StepsAsync([.. asked, Last]), await StepsAsync([.. asked, .. Enumerable.Range(400, 400), Last]));

        async Task<(int Steps, int Rows)> StepsAsync(IReadOnlyList<int> persons)
        {
            using var database = new SqliteDatabase();
            await using (var store = await database.OpenAsync())
            {
                await store.PutAsync([.. persons.SelectMany(VisitsOf)]);
            }

            await using var counting = await Counting.OpenAsync(database);
            return counting.Measured("Encounter", "subject", [.. asked.Select(person => $"p{person}")], "date", Owner());
        }

        static IEnumerable<StoredWrite> VisitsOf(int person) => Enumerable.Range(1, 3).Select(month => Resource(
            string.Create(CultureInfo.InvariantCulture, $"Encounter/e{person}-{month}"),
            string.Create(CultureInfo.InvariantCulture, $"p{person}"),
            1,
            (1, Reference("subject", $"Patient/p{person}")),
            (1, Day("date", string.Create(CultureInfo.InvariantCulture, $"2025-0{month}-05")))));
    }
}
