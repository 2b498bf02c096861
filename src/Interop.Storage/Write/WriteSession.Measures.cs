using Interop.Storage.Read;

namespace Interop.Storage.Write;

/// <summary>Months that are frozen, and what is masked of the reports made of them.</summary>
public sealed partial class WriteSession
{
    /// <summary>Keeps the cases of a month; false where it is frozen already, and then nothing is kept.</summary>
    /// <param name="instant">UTC microseconds.</param>
    public bool Freeze(long month, IEnumerable<MeasureCase> cases, long instant)
    {
        if (Rows.Statements.Number($"SELECT 1 FROM measure_month WHERE month = {month}") is not null)
        {
            return false;
        }

        Rows.Statements.Add($"INSERT INTO measure_month (month, frozen_at) VALUES ({month}, {instant})");
        foreach (var one in cases)
        {
            Rows.Statements.Add($"""
                INSERT INTO measure_case
                    (month, measure, person, outcome, amount, {Sql.Join(", ", MeasureCase.GroupColumns.Select(Sql.Name))})
                VALUES ({month}, {one.Measure}, {one.Person}, {(long?)one.Outcome}, {one.Amount},
                    {Sql.Join(", ", one.Groups.Select(group => (Sql)$"{group}"))})
                """);
        }

        return true;
    }

    /// <summary>Keeps which counts of a period's reports are masked; false where that is known already.</summary>
    public bool Publish(string period, IReadOnlyCollection<KeyValuePair<string, bool>> counts)
    {
        if (Rows.Statements.Number($"SELECT COUNT(*) FROM measure_count WHERE period = {period}") > 0)
        {
            return false;
        }

        foreach (var (name, isMasked) in counts)
        {
            Rows.Statements.Add(
                $"INSERT INTO measure_count (period, name, masked) VALUES ({period}, {name}, {(isMasked ? 1 : 0)})");
        }

        return true;
    }
}
