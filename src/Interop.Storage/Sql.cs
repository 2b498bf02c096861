using System.Runtime.CompilerServices;
using System.Text;
using Interop.Storage.Dialects;

namespace Interop.Storage;

/// <summary>
/// A piece of SQL. Every hole of an interpolated string is a parameter, and only another <see cref="Sql"/> is spliced in, so a
/// value cannot become syntax. Pieces are kept as they are and written once, by <see cref="Flatten"/>: a statement about grants nests
/// them ten deep. What databases say in different words is chosen then, so that one statement has a text in each of them.
/// </summary>
[InterpolatedStringHandler]
internal sealed class Sql
{
    private const int UsualLength = 4096;
    private const int MostKept = 4 * UsualLength;

    // A read writes three statements: a buffer for each would be a good part of what it allocates.
    [ThreadStatic]
    private static StringBuilder? idle;

    // Each a string, a SqlValue, another Sql, or what a dialect says.
    private readonly List<object> pieces;

    public Sql(int literalLength, int formattedCount)
    {
        _ = literalLength;
        pieces = new((2 * formattedCount) + 1);
    }

    public static Sql Empty { get; } = new(0, 0);

    /// <summary>The name of a table, a column or an alias, out of this project's own code.</summary>
    public static Sql Name(string name)
    {
        if (!name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_'))
        {
            throw new ArgumentException("Not a name.", nameof(name));
        }

        return Raw(name);
    }

    /// <summary>A small whole number out of this project's own code, where a parameter would keep a plan from being chosen.</summary>
    public static Sql Number(int number) => Raw(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What databases say in different words.</summary>
    public static Sql In(Func<Dialect, Sql> words)
    {
        var sql = new Sql(0, 1);
        sql.pieces.Add(new Words(words));
        return sql;
    }

    /// <summary>The end of a statement that has an order and gives its first rows only.</summary>
    public static Sql Page(int count) => In(dialect => dialect.Page(count));

    /// <summary>The same of one without an order, which gives any rows. It also keeps what is in it from being taken apart.</summary>
    public static Sql Limit(int count) => In(dialect => dialect.Limit(count));

    public static Sql Join(string separator, IEnumerable<Sql> pieces)
    {
        var joined = new Sql(0, 4);
        var isFirst = true;
        foreach (var piece in pieces)
        {
            if (!isFirst)
            {
                joined.AppendLiteral(separator);
            }

            joined.AppendFormatted(piece);
            isFirst = false;
        }

        return joined;
    }

    /// <summary>The values as a parenthesised list of parameters, for IN; an empty list matches nothing.</summary>
    public static Sql List<T>(IEnumerable<T> values)
    {
        var pieces = values.Select(value => (Sql)$"{value}").ToList();
        return pieces.Count == 0 ? (Sql)$"(NULL)" : (Sql)$"({Join(", ", pieces)})";
    }

    /// <summary>
    /// A list for IN, filled up with its last value to a power of two: lists of many lengths are few statements, each prepared once.
    /// </summary>
    public static Sql PaddedList(IReadOnlyList<string> values) => List(Padded(values));

    /// <summary>The same as values, for where a list stands several times in one statement: each of them is one parameter.</summary>
    public static IReadOnlyList<SqlValue> Padded(IReadOnlyList<string> values)
    {
        var length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)values.Count);
        return [.. Enumerable.Range(0, length).Select(index => new SqlValue(values[Math.Min(index, values.Count - 1)]))];
    }

    public static Sql And(IEnumerable<Sql> conditions) => Join("\nAND    ", conditions);

    public static Sql Or(IEnumerable<Sql> conditions) => Halved([.. conditions]);

    // In halves of halves: a database that reads a long row of ORs as one nested in the next gives up at a depth of its own.
    private static Sql Halved(Sql[] conditions) => conditions.Length <= 8
        ? (Sql)$"({Join(" OR ", conditions)})"
        : (Sql)$"({Halved(conditions[..(conditions.Length / 2)])} OR {Halved(conditions[(conditions.Length / 2)..])})";

    public void AppendLiteral(string literal) => pieces.Add(literal);

    public void AppendFormatted(Sql piece) => pieces.Add(piece);

    public void AppendFormatted<T>(T value) =>
        pieces.Add(value as SqlValue ?? new(value is null && typeof(T) == typeof(long?) ? SqlNull.Number : value));

    /// <summary>The statement with its parameters as @p0, @p1, ...; a <see cref="SqlValue"/> used twice is one parameter.</summary>
    public SqlText Flatten(Dialect dialect)
    {
        var statement = idle ?? new(UsualLength);
        idle = null;
        var values = new List<SqlValue>();
        WriteTo(dialect, statement, values);
        var text = dialect.Spelled(statement.ToString());
        idle = statement.Length <= MostKept ? statement.Clear() : null;
        return new(text, values);
    }

    private void WriteTo(Dialect dialect, StringBuilder statement, List<SqlValue> values)
    {
        foreach (var piece in pieces)
        {
            switch (piece)
            {
                case string literal:
                    statement.Append(literal);
                    break;
                case Sql inner:
                    inner.WriteTo(dialect, statement, values);
                    break;
                case Words words:
                    words.Of(dialect).WriteTo(dialect, statement, values);
                    break;
                default:
                    statement.Append("@p").Append(NumberOf((SqlValue)piece, values));
                    break;
            }
        }
    }

    private static int NumberOf(SqlValue value, List<SqlValue> distinct)
    {
        for (var index = 0; index < distinct.Count; index++)
        {
            if (ReferenceEquals(distinct[index], value))
            {
                return index;
            }
        }

        distinct.Add(value);
        return distinct.Count - 1;
    }

    private static Sql Raw(string literal)
    {
        var sql = new Sql(literal.Length, 0);
        sql.AppendLiteral(literal);
        return sql;
    }

    /// <summary>Said once: where the piece stands twice in a statement, its values are the same parameters.</summary>
    private sealed class Words(Func<Dialect, Sql> words)
    {
        // One reference: a piece that several threads have is written whole or not at all.
        private Saying? last;

        public Sql Of(Dialect dialect)
        {
            var known = last;
            if (known is null || known.Dialect != dialect)
            {
                last = known = new(dialect, words(dialect));
            }

            return known.Said;
        }

        private sealed record Saying(Dialect Dialect, Sql Said);
    }
}

/// <summary>Nothing, where a column holds numbers: a database that asks for the type of each parameter is told which.</summary>
internal sealed class SqlNull
{
    private SqlNull()
    {
    }

    public static SqlNull Number { get; } = new();
}

/// <summary>A statement's text and the values of its parameters, in their order.</summary>
internal sealed record SqlText(string Text, IReadOnlyList<SqlValue> Values);

/// <summary>A parameter's value; the same instance in several holes is bound once. It may change between two uses of a statement.</summary>
internal sealed class SqlValue(object? value)
{
    public object Bound { get; private set; } = Converted(value);

    public void Set(object? value) => Bound = Converted(value);

    private static object Converted(object? value) => value switch
    {
        null => DBNull.Value,
        bool flag => flag ? 1L : 0L,
        int or short or byte => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
        Enum code => Convert.ToInt64(code, System.Globalization.CultureInfo.InvariantCulture),
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        _ => value,
    };
}
