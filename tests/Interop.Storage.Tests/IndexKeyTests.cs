using System.Text;
using Interop.Storage.Search;
using Xunit;

namespace Interop.Storage.Tests;

/// <summary>Keys fit into the indexes of all databases, and a text of whole characters stays one.</summary>
public sealed class IndexKeyTests
{
    [Theory]
    [InlineData("a", 5000, 600)]
    [InlineData("\u00e9", 5000, 600)]
    [InlineData("\u6f22", 5000, 533)]
    [InlineData("\U0001F600", 5000, 600)]
    [InlineData("\u6f22", 533, 533)]
    public void A_beginning_has_at_most_six_hundred_characters_and_sixteen_hundred_bytes(string letter, int letters, int kept)
    {
        var text = string.Concat(Enumerable.Repeat(letter, letters));
        var beginning = IndexKey.Beginning(text);

        Assert.Equal(kept, beginning.Length);
        Assert.StartsWith(beginning, text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(beginning), 1, 1600);
    }

    [Fact]
    public void A_beginning_ends_with_a_whole_character()
    {
        var mixed = "a" + string.Concat(Enumerable.Repeat("\U0001F600", 1000));
        var bytes = string.Concat(Enumerable.Repeat("\u6f22", 532)) + "\U0001F600";

        Assert.Equal(599, IndexKey.Beginning(mixed).Length);
        Assert.Equal(bytes, IndexKey.Beginning(bytes));
        Assert.Equal("\u6f22", IndexKey.Beginning("\u6f22" + bytes)[^1..]);
    }

    [Fact]
    public void A_whole_text_has_no_more_bytes_than_a_column_of_SQL_Server() =>
        Assert.InRange(Encoding.UTF8.GetByteCount(IndexKey.Whole(string.Concat(Enumerable.Repeat("\u6f22", 5000)))), 1, 700);
}
