using System.Data.Common;
using System.Runtime.InteropServices;

namespace Interop.Storage.Read;

/// <summary>Counts the cases that a reader gives: of each measure by outcome and together, in all and by the groups of each kind.</summary>
/// <param name="kinds">The kinds whose groups stand in the columns after measure, outcome, person and amount.</param>
internal sealed class MeasureTallies(IReadOnlyList<string> kinds)
{
    private const int FirstGroup = 4;

    // Numbers of kinds: -1 is all.
    private readonly Dictionary<(int Kind, string Group, string Measure, int? Outcome), Tally> tallies = [];

    public void Add(DbDataReader row)
    {
        var (measure, outcome) = (row.GetString(0), row.IsDBNull(1) ? (int?)null : (int)row.GetInt64(1));
        var (person, amount) = (row.GetInt64(2), row.GetInt64(3));
        for (var kind = -1; kind < kinds.Count; kind++)
        {
            var group = kind < 0 ? string.Empty : row.GetString(FirstGroup + kind);
            Add((kind, group, measure, outcome), person, amount);
            Add((kind, group, measure, MeasureCount.AnyOutcome), person, amount);
        }
    }

    /// <summary>By kind; the empty text is all.</summary>
    public ILookup<string, MeasureCount> Counts() => tallies.ToLookup(
        pair => pair.Key.Kind < 0 ? string.Empty : kinds[pair.Key.Kind],
        pair => new MeasureCount(
            pair.Key.Measure, pair.Key.Group, pair.Key.Outcome, pair.Value.Count, pair.Value.Persons.Count, pair.Value.Amount));

    private void Add((int Kind, string Group, string Measure, int? Outcome) key, long person, long amount)
    {
        ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(tallies, key, out var isThere);
        if (!isThere)
        {
            tally = new();
        }

        tally!.Count++;
        tally.Amount += amount;
        if (tally.Persons.Count < MeasureCount.MostPersons)
        {
            tally.Persons.Add(person);
        }
    }

    private sealed class Tally
    {
        public long Count { get; set; }

        public long Amount { get; set; }

        public HashSet<long> Persons { get; } = [];
    }
}
