using System.Collections.Concurrent;
using System.Text;
using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>What the invariants of R4 say about resources that break and keep them.</summary>
public sealed class InvariantTests
{
    private const string Observation =
        "\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"s\",\"code\":\"c\"}]}";

    public static IEnumerable<string> Keys => FhirFacts.R4.ResourceTypes
        .Concat(
            [
                "Age", "Attachment", "ContactPoint", "Count", "Distance", "Duration", "ElementDefinition", "Expression", "Narrative",
                "Period", "Quantity", "Range", "Ratio", "Reference", "Timing", "TriggerDefinition"
            ])
        .SelectMany(KeysBelow)
        .Distinct();

    [Fact]
    public void Every_invariant_compiles()
    {
        var rules = Keys.Select(key => FhirFacts.R4.Rule(key)!).ToList();

        Assert.All(rules, rule => FhirPathExpression.Compile(rule.Expression));
        Assert.True(rules.Count > 230, $"only {rules.Count} invariants were found");
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","contact":[{"gender":"male"}]}""", "pat-1 of Patient.contact", "Patient.contact[0]")]
    [InlineData("""{"resourceType":"Patient","telecom":[{"value":"1"}]}""", "cpt-2 of ContactPoint", "Patient.telecom[0]")]
    [InlineData(
        """{"resourceType":"Patient","name":[{"period":{"start":"2020-02","end":"2020-01"}}]}""",
        "per-1 of Period",
        "Patient.name[0].period")]
    [InlineData("""{"resourceType":"Patient","photo":[{"data":"TWFu"}]}""", "att-1 of Attachment", "Patient.photo[0]")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Device","id":"d"}]}""", "dom-3 of Patient", "Patient")]
    [InlineData(
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"n","contained":["""
            + """{"resourceType":"Device"}]}],"managingOrganization":{"reference":"#o"}}""",
        "dom-2 of Patient",
        "Patient")]
    [InlineData(
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"n","meta":"""
            + """{"versionId":"1"}}],"managingOrganization":{"reference":"#o"}}""",
        "dom-4 of Patient",
        "Patient")]
    [InlineData(
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"n","meta":{"security":["""
            + """{"code":"R"}]}}],"managingOrganization":{"reference":"#o"}}""",
        "dom-5 of Patient",
        "Patient")]
    [InlineData(
        """{"resourceType":"Patient","managingOrganization":{"reference":"#o"}}""", "ref-1 of Reference", "Patient.managingOrganization")]
    [InlineData("""{"resourceType":"Patient","name":[{"id":"a"}]}""", "ele-1 of Element", "Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"id":"a"}}""", "ele-1 of Element", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Organization","active":true}""", "org-1 of Organization", "Organization")]
    [InlineData(
        """{"resourceType":"Organization","name":"n","address":[{"city":"c"},{"use":"home"}]}""",
        "org-2 of Address",
        "Organization.address[1]")]
    [InlineData("{" + Observation + ""","valueString":"v","dataAbsentReason":{"text":"t"}}""", "obs-6 of Observation", "Observation")]
    [InlineData(
        "{" + Observation + ""","valueString":"v","component":[{"code":{"coding":[{"code":"c","system":"s"}]}}]}""",
        "obs-7 of Observation",
        "Observation")]
    [InlineData("{" + Observation + ""","valueQuantity":{"code":"mg"}}""", "qty-3 of Quantity", "Observation.value")]
    [InlineData("{" + Observation + ""","valueRange":{"low":{"value":2},"high":{"value":1}}}""", "rng-2 of Range", "Observation.value")]
    [InlineData(
        "{" + Observation + ""","referenceRange":[{"appliesTo":[{"text":"t"}]}]}""",
        "obs-3 of Observation.referenceRange",
        "Observation.referenceRange[0]")]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","valueCode":"c","part":["""
            + """{"name":"d","valueCode":"e"}]}]}]}""",
        "inv-1 of Parameters.parameter",
        "Parameters.parameter[0].part[0]")]
    [InlineData(
        """{"resourceType":"Task","status":"draft","intent":"order","authoredOn":"2020-02-01","lastModified":"2020-01-01"}""",
        "inv-1 of Task",
        "Task")]
    [InlineData(
        """{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient"}}]}""", "bdl-3 of Bundle", "Bundle")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"a"}]}""", "bdl-5 of Bundle.entry", "Bundle.entry[0]")]
    [InlineData(
        """{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","contained":["""
            + """{"resourceType":"Device","id":"d"}]}}]}""",
        "dom-3 of Patient",
        "Bundle.entry[0].resource")]
    [InlineData(
        """{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":["""
            + """{"linkId":"1","type":"string"}]}]}""",
        "que-2 of Questionnaire",
        "Questionnaire")]
    [InlineData(
        """{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":["""
            + """{"linkId":"2","type":"group"}]}]}""",
        "que-1 of Questionnaire.item",
        "Questionnaire.item[0].item[0]")]
    public void What_breaks_an_invariant_is_refused_with_its_key_and_element(string json, string key, string expression)
    {
        var issue = Assert.Single(ResourceValidator.Validate(Encoding.UTF8.GetBytes(json)));

        Assert.StartsWith(key + ":", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Equal((IssueSeverity.Error, "invariant", expression), (issue.Severity, issue.Code, issue.Expression));
    }

    [Theory]
    [InlineData(
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"n","partOf":{"reference":"#"}}]}""")]
    [InlineData(
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"n","partOf":{"reference":"#p"}},"""
            + """{"resourceType":"Organization","id":"p","name":"n"}],"managingOrganization":{"reference":"#o"}}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"period":{"start":"2020-01","end":"2020-01-15"}}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"_family":{"extension":[{"url":"u","valueCode":"c"}]}}]}""")]
    [InlineData("{" + Observation + ""","valueRange":{"low":{"value":2,"unit":"mg"},"high":{"value":1,"unit":"g"}}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/1"}}]}""")]
    public void What_keeps_them_or_cannot_be_decided_is_accepted(string json) =>
        Assert.Empty(ResourceValidator.Validate(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_warning_is_told_to_those_who_ask_and_refuses_nothing()
    {
        var bare = "{\"resourceType\":\"Patient\"}"u8.ToArray();

        var issue = Assert.Single(ResourceValidator.Validate(bare, ValidationOptions.Thorough));

        Assert.Equal(IssueSeverity.Warning, issue.Severity);
        Assert.StartsWith("dom-6 of Patient:", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Empty(ResourceValidator.Validate(bare));
    }

    [Fact]
    public void A_resource_too_large_to_judge_is_refused_and_not_waved_through()
    {
        var contained = string.Join(
            ',', Enumerable.Range(0, 9_000).Select(i => $"{{\"resourceType\":\"Organization\",\"id\":\"o{i}\",\"name\":\"n\"}}"));
        var references = string.Join(',', Enumerable.Range(0, 9_000).Select(i => $"{{\"reference\":\"#o{i}\"}}"));

        var issues = ResourceValidator.Validate(
            Encoding.UTF8.GetBytes($"{{\"resourceType\":\"Patient\",\"contained\":[{contained}],\"generalPractitioner\":[{references}]}}"));

        Assert.Equal("too-costly", Assert.Single(issues).Code);
    }

    /// <summary>
    /// The shortcuts (no evaluation where the elements that a rule looks at are absent, references and narratives checked by hand) against
    /// plain evaluation of every expression at every element.
    /// </summary>
    [ExamplesFact]
    public void Shortcuts_say_what_the_expressions_say()
    {
        var differences = new ConcurrentBag<string>();
        Parallel.ForEach(Examples.Files(smallerThan: 100_000), file =>
        {
            var utf8 = File.ReadAllBytes(file);
            var expected = Plainly(utf8);
            var actual = ResourceValidator.Validate(utf8, new(MaxIssues: 10_000, Invariants: InvariantLevel.All))
                .Where(issue => issue.Code == "invariant")
                .Select(issue => $"{issue.Diagnostics.Split(' ')[0]} {issue.Expression}")
                .ToHashSet();
            if (!expected.SetEquals(actual))
            {
                differences.Add(
                    $"{Path.GetFileName(file)}: {string.Join("; ", expected.Except(actual))} / "
                        + $"{string.Join("; ", actual.Except(expected))}");
            }
        });

        Assert.Empty(differences);
    }

    private static HashSet<string> Plainly(byte[] utf8)
    {
        using var tape = TopLevel.Read(utf8);
        var evaluation = new Evaluation(utf8, tape);
        var broken = new HashSet<string>();
        Walk(evaluation, evaluation.Root, [], broken);
        return broken;
    }

    private static void Walk(Evaluation evaluation, PathItem item, IReadOnlyList<string> further, HashSet<string> broken)
    {
        var (resource, root) = (evaluation.Resource, evaluation.RootResource);
        if (item.Type.IsResource)
        {
            evaluation.Resource = item;
            evaluation.RootResource = further.Contains("contained") ? root : item;
        }

        var keys = item.Type.Name == item.Type.Path ? FhirFacts.R4.TypeRules(item.Type.Name) : FhirFacts.R4.Element(item.Type.Path)!.Rules;
        foreach (var key in keys.Concat(further.Where(key => key != "contained")).Where(key => key != "txt-2").Distinct())
        {
            evaluation.Start = item;
            evaluation.Refill();
            if (FhirPathExpression.Compile(FhirFacts.R4.Rule(key)!.Expression).Root.Truth(evaluation, item) == false)
            {
                var path = ElementPath.Of(evaluation.Utf8.Span, evaluation.Tape.Nodes, item.Node >= 0 ? item.Node : item.Twin);
                broken.Add($"{(key == "txt-1" ? "txt-2" : key.Split('#')[0])} {path}");
            }
        }

        if (item.Type.Kind == PrimitiveKind.None)
        {
            foreach (var element in item.Type.Shape.Elements)
            {
                var children = new List<PathItem>();
                new MemberNode(new ThisNode(), element.Name, isStrict: false).Evaluate(evaluation, item, children);
                children.ForEach(child => Walk(evaluation, child, element.Name == "contained" ? ["contained"] : element.Rules, broken));
            }
        }

        (evaluation.Resource, evaluation.RootResource) = (resource, root);
    }

    private static IEnumerable<string> KeysBelow(string type) => FhirFacts.R4.TypeRules(type).Concat(Rules(type, []));

    private static IEnumerable<string> Rules(string path, HashSet<string> seen) => FhirFacts.R4.Children(path).SelectMany(element =>
        element.Rules.Concat(element.Types is [{ Code: "BackboneElement" or "Element" }] && element.ContentReference is null
            && seen.Add(element.Path)
            ? Rules(element.Path, seen) : []));
}
