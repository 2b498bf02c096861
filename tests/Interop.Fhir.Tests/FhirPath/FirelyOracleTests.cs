using System.Globalization;
using System.Text;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Hl7.Fhir.Serialization;
using Hl7.FhirPath;
using Hl7.FhirPath.Expressions;
using Interop.Fhir.FhirPath;
using Interop.Fhir.Schema;
using Xunit;

namespace Interop.Fhir.Tests.FhirPath;

/// <summary>Firely's engine is an oracle: R4's own expressions give the same items, at the same places, over R4's own examples.</summary>
public sealed class FirelyOracleTests
{
    private const int ExamplesOfAType = 12;
    private const int LargestExample = 40_000;

    private static readonly FhirPathCompiler Compiler = new(new SymbolTable().AddStandardFP().AddFhirExtensions());

    /// <summary>Expressions on which the two engines differ, and why.</summary>
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["(ConceptMap.source as uri)"] = "a canonical is a uri (https://hl7.org/fhir/R4/datatypes.html); Firely's `as` wants the very type",
        ["(ConceptMap.target as uri)"] = "the same",
    };

    [ExamplesFact]
    public void Expressions_of_R4_give_on_official_examples_what_Firely_gives()
    {
        var examples = Examples.Files(smallerThan: LargestExample)
            .GroupBy(file => Path.GetFileName(file).Split('-', '.')[0]).Where(group => FhirFacts.R4.IsResourceType(group.Key));
        var (compared, yielded) = (0, 0);
        var differences = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in examples)
        {
            var expressions = Expressions(group.Key)
                .Select(text => (Ours: FhirPathExpression.Compile(text), Firelys: Compiler.Compile(text))).ToList();
            foreach (var file in group.Take(ExamplesOfAType))
            {
                var body = File.ReadAllBytes(file);
                var node = FhirJsonDeserializer.RECOVERABLE.Deserialize<Resource>(Encoding.UTF8.GetString(body)).ToPocoNode();
                using var resource = FhirPathResource.Read(body);
                foreach (var (ours, firelys) in expressions)
                {
                    var (own, theirs) = (Ours(resource, ours), Firelys(node, firelys));
                    compared++;
                    yielded += own.Length > 0 ? 1 : 0;
                    if (own != theirs)
                    {
                        differences.TryAdd(ours.Text, $"{Path.GetFileName(file)}: {own} and not {theirs}");
                    }
                }
            }
        }

        Assert.True(yielded > 9000, $"Only {yielded} of {compared} evaluations gave items.");
        Assert.True(
            differences.Keys.SequenceEqual(Known.Keys.Order(StringComparer.Ordinal)),
            string.Join(Environment.NewLine, differences.Select(pair => $"{pair.Key}: {pair.Value}")));
    }

    private static IEnumerable<string> Expressions(string type) =>
        SearchParameterSet.R4.Of(type).Select(parameter => parameter.Expression)
            .Concat(FhirFacts.R4.TypeRules(type).Select(key => FhirFacts.R4.Rule(key)!.Expression))
            .Where(expression => expression.Length > 0).Distinct(StringComparer.Ordinal);

    private static string Ours(FhirPathResource resource, FhirPathExpression expression)
    {
        try
        {
            return string.Join(", ", resource.Evaluate(expression)
                .Select(item => item.Bytes is null ? Text(item.Value) : Place(item.Path!)));
        }
        catch (FhirPathException)
        {
            return "an error";
        }
    }

    private static string Firelys(PocoNode node, CompiledExpression expression)
    {
        try
        {
            var context = new FhirEvaluationContext { ElementResolver = Resolved };
            return string.Join(", ", expression(node, context).Select(item => item.Parent is null && item.Poco is PrimitiveType primitive
                ? Text(primitive.JsonValue)
                : Place(item.GetLocation())));
        }
        catch (InvalidOperationException)
        {
            return "an error";
        }
    }

    /// <summary>A reference yields an item of the type that it states, without content.</summary>
    private static PocoNode? Resolved(string reference) =>
        ResourceIdentity.IsRestResourceIdentity(reference)
            && ModelInfo.GetTypeForFhirType(new ResourceIdentity(reference).ResourceType) is { } type
            ? ((Resource)Activator.CreateInstance(type)!).ToPocoNode()
            : null;

    // Firely numbers what can't repeat too.
    private static string Place(string path) => path.Replace("[0]", string.Empty, StringComparison.Ordinal);

    private static string Text(object? value) =>
        value is bool truth ? (truth ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
