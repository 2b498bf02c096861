using System.Globalization;
using System.Text.RegularExpressions;

namespace Interop.Storage.Migrations;

/// <summary>Brings a database to this program's schema: the numbered files that it has not seen, each in one transaction.</summary>
internal static partial class SchemaMigration
{
    /// <param name="schema">The middle part of the names of the files.</param>
    public static void Apply(Statements statements, string schema)
    {
        var files = Files(schema);
        var journal = Sql.In(dialect => Sql.Name(dialect.JournalOf(schema)));
        while (ApplyNext(statements, files, journal))
        {
        }
    }

    /// <summary>One file in one transaction, beside which no other server migrates; false where there is none to apply.</summary>
    private static bool ApplyNext(Statements statements, List<(int Number, string Name)> files, Sql journal)
    {
        statements.Begin(Sql.In(dialect => dialect.BeginWrite));
        try
        {
            statements.Execute(Sql.In(dialect => dialect.MakeJournal(journal)));
            var newest = statements.Number($"SELECT MAX(number) FROM {journal}") ?? 0;
            if (newest > files[^1].Number)
            {
                throw new UnsupportedSchemaException(
                    $"The database has schema {newest}; this program knows schemas up to {files[^1].Number} and must not write to it.");
            }

            // Not the next after the newest: numbers that were reserved may come later than greater ones.
            var seen = statements.Query($"SELECT number FROM {journal}", reader => (int)reader.GetInt64(0)).ToHashSet();
            var (number, name) = files.FirstOrDefault(file => !seen.Contains(file.Number));
            if (name is not null)
            {
                statements.ExecuteScript(Text(name));
                statements.Execute($"INSERT INTO {journal} (number, name) VALUES ({number}, {name})");
            }

            statements.Execute($"COMMIT");
            return name is not null;
        }
        catch
        {
            statements.TryRollback();
            throw;
        }
    }

    /// <summary>The files of a schema in their order.</summary>
    internal static IEnumerable<string> Texts(string schema) => Files(schema).Select(file => Text(file.Name));

    private static List<(int Number, string Name)> Files(string schema) =>
        [.. typeof(SchemaMigration).Assembly.GetManifestResourceNames()
            .Select(name => (Match: FileName().Match(name), Name: name))
            .Where(file => file.Match.Success && file.Match.Groups[2].Value == schema)
            .Select(file => (int.Parse(file.Match.Groups[1].Value, CultureInfo.InvariantCulture), file.Name))
            .Order()];

    private static string Text(string name)
    {
        using var stream = typeof(SchemaMigration).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\.(\d{4})-[a-z-]+\.([a-z-]+)\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}

/// <summary>
/// A database that this program must not write to, because a later one has changed it or it was made otherwise; the message is for the
/// operator.
/// </summary>
public sealed class UnsupportedSchemaException(string message) : InvalidOperationException(message);
