using System.Globalization;
using Npgsql;

namespace Interop.Benchmarks;

/// <summary>
/// The CPU that a PostgreSQL on this machine has taken: of its first process, of those that it has, and of those that it had.
/// </summary>
internal sealed class DatabaseCpu
{
    private readonly int? first;

    private DatabaseCpu(int? first) => this.first = first;

    /// <summary>Of a database in this process there is nothing to add.</summary>
    public static DatabaseCpu None { get; } = new(null);

    public static async Task<DatabaseCpu> OfAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)";
        return new(int.Parse((string)(await command.ExecuteScalarAsync())!, CultureInfo.InvariantCulture));
    }

    public TimeSpan Total()
    {
        if (first is null)
        {
            return TimeSpan.Zero;
        }

        var ticks = 0L;
        foreach (var folder in Directory.GetDirectories("/proc").Where(name => int.TryParse(Path.GetFileName(name), out _)))
        {
            try
            {
                // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: behind the name in brackets the parent is the second field,
                // user and system time the twelfth and thirteenth, those of children that have ended the two after.
                var text = File.ReadAllText($"{folder}/stat");
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                var isFirst = Path.GetFileName(folder) == first.Value.ToString(CultureInfo.InvariantCulture);
                if (isFirst || fields[1] == first.Value.ToString(CultureInfo.InvariantCulture))
                {
                    ticks += fields[11..(isFirst ? 15 : 13)].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile, and its parent counts it.
            }
        }

        return TimeSpan.FromMilliseconds(ticks * 10);
    }
}
