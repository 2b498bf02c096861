namespace Interop.Server.Tests.Commands;

/// <summary>The screening is tried on calls of former years before anybody goes live with it.</summary>
public sealed class SimulateScreeningTests : IDisposable
{
    private const string Vera = "data/cad/vera_call_type_taxonomy_seattle_detroit_charleston.csv";

    private readonly string folder = Directory.CreateTempSubdirectory("interop-simulation-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Sensitivity_and_specificity_are_counted_by_calls()
    {
        var file = Write("calls.csv", """
            city,call_type,count,category
            A,MENTAL NOT VIOLENT,30,Behavioral Health
            A,"SUICIDE, THREAT",10,Behavioral Health
            A,MENTAL VIOLENT - ARMED,5,Behavioral Health
            A,STRANGE PERSON,5,Behavioral Health
            A,AUTO THEFT,90,Property Crime
            A,WELFARE CHECK,10,Assist the Public
            A,NOBODY KNOWS,1000,

            """);

        var (status, text) = await Verb.RunAsync("simulate-screening", file);

        Assert.Equal(0, status);
        var lines = text.Trim().Split('\n').Select(line => line.TrimEnd()).ToList();
        Assert.Equal("sensitivity 0.9000 45/50", lines[0]);
        Assert.Equal("specificity 0.9000 90/100", lines[1]);
        Assert.Contains("labelled 150 calls of 6 types", lines);
        Assert.Contains("left-out 1000 calls of 1 types, which have no label", lines);
        Assert.Contains("recommended co-response 5", lines);
        Assert.Contains("recommended ccd+crt 10", lines);
        Assert.Contains("missed 5 STRANGE PERSON", lines);
        Assert.Contains("wrongly-found 10 WELFARE CHECK", lines);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "no column call_type")]
    [InlineData("call_type,count,category\nx,many,y\n", "Line 2")]
    [InlineData("call_type,count,category\nx,1\n", "Line 2")]
    public async Task A_file_that_can_not_be_used_is_named_with_the_line(string csv, string words)
    {
        var (status, text) = await Verb.RunAsync("simulate-screening", Write("calls.csv", csv));

        Assert.Equal(1, status);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_and_words_of_a_site_must_be_usable()
    {
        var file = Write("calls.csv", "call_type,count,category\nx,1,y\n");
        var words = Write("words.json", """[{"words":["x"],"answers":{"need":"perhaps"}}]""");

        var (table, tableText) = await Verb.RunAsync("simulate-screening", file, "--table", Path.Combine(folder, "none.json"));
        var (wrong, wrongText) = await Verb.RunAsync("simulate-screening", file, "--words", words);

        Assert.NotEqual(0, table);
        Assert.Contains("ScreeningTable", tableText, StringComparison.Ordinal);
        Assert.NotEqual(0, wrong);
        Assert.Contains("need", wrongText, StringComparison.Ordinal);
    }

    [SharedFact(Vera)]
    public async Task Call_types_of_three_cities_give_figures()
    {
        var (status, text) = await Verb.RunAsync("simulate-screening", Repository.Shared(Vera));

        Assert.Equal(0, status);
        var figures = text.Split('\n')[..2].Select(line => line.Split(' '))
            .ToDictionary(line => line[0], line => double.Parse(line[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(figures["sensitivity"], 0.85, 1);
        Assert.InRange(figures["specificity"], 0.9, 1);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
