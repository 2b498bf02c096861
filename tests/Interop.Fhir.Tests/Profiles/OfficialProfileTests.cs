using System.Text;
using Interop.Fhir.Profiles;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Profiles;

/// <summary>R4's own profiles, vital signs above all, with the examples that claim to follow them.</summary>
public sealed class OfficialProfileTests
{
    // R4 uses these on elements that their own definitions do not name as context.
    private static readonly string[] Misplaced =
        ["regex", "structuredefinition-fhir-type", "structuredefinition-normative-version", "translation", "valueset-concept-comments"];

    private static readonly Lazy<ProfileSet> Official = new(Load);

    [ExamplesFact]
    public void Examples_follow_the_official_profiles_and_extensions_that_they_declare()
    {
        var wrong = new List<string>();
        foreach (var file in Examples.Files())
        {
            var bytes = File.ReadAllBytes(file);
            if (ResourceValidator.Validate(bytes, ValidationOptions.StructureOnly).Count == 0)
            {
                wrong.AddRange(Official.Value.Validate(bytes, options: ValidationOptions.StructureOnly)
                    .Where(issue => issue.Severity <= IssueSeverity.Warning)
                    .Select(issue => issue.Diagnostics)
                    .Where(text =>
                        !Misplaced.Contains(text.Split(':')[0]) || !text.EndsWith("not meant for this element.", StringComparison.Ordinal))
                    .Select(text => $"{Path.GetFileName(file)} {text}"));
            }
        }

        Assert.Empty(wrong);
    }

    [ExamplesTheory]
    [InlineData("", "", null)]
    [InlineData("\"code\": \"[lb_av]\"", "\"code\": \"mm\"", "Observation.value.code")]
    [InlineData("\"code\": \"29463-7\"", "\"code\": \"1-8\"", "Observation.code.coding")]
    [InlineData("\"code\": \"vital-signs\"", "\"code\": \"laboratory\"", "Observation.category")]
    [InlineData("\"effectiveDateTime\"", "\"issued\"", "Observation.effective")]
    public void A_breach_of_the_body_weight_profile_is_an_error(string old, string changed, string? expression)
    {
        var text = Encoding.UTF8.GetString(Examples.Read("Observation-example.json"));
        Assert.Contains(old, text);
        text = old.Length == 0 ? text : text.Replace(old, changed == "\"issued\"" ? "\"_issued\"" : changed, StringComparison.Ordinal);
        text = text.Replace("\"_issued\": \"2016-03-28\"", "\"issued\": \"2016-03-28T00:00:00Z\"", StringComparison.Ordinal);

        var errors = Official.Value.Validate(Encoding.UTF8.GetBytes(text), "http://hl7.org/fhir/StructureDefinition/bodyweight")
            .Where(issue => issue.Severity <= IssueSeverity.Error);

        if (expression is null)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.Contains(expression, errors.Select(issue => issue.Expression));
        }
    }

    private static ProfileSet Load()
    {
        var terminology = new TerminologySet();
        var profiles = new ProfileSet(terminology);
        foreach (var file in Examples.Files())
        {
            var bytes = File.ReadAllBytes(file);
            switch (Path.GetFileName(file).Split('-')[0])
            {
                case "StructureDefinition":
                    profiles.Load(bytes);
                    break;
                case "ValueSet" or "CodeSystem":
                    terminology.Load(bytes);
                    break;
            }
        }

        return profiles;
    }
}
