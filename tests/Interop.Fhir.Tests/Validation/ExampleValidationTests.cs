using System.Collections.Concurrent;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

public sealed class ExampleValidationTests
{
    private const string NoText = "txt-2: its narrative has no text";
    private const string NoParent = "sdf-4: not abstract, and without a base definition";
    private const string OtherType = "a search parameter has another type than its definition";
    private const string NoBase = "SearchParameter.base is mandatory and absent";

    /// <summary>The official examples that break R4, and how.</summary>
    private static readonly Dictionary<string, string> Wrong = new()
    {
        ["ActivityDefinition-blood-tubes-supply.json"] = NoText,
        ["ActivityDefinition-heart-valve-replacement.json"] = NoText,
        ["Bundle-resources.json"] = "it holds CapabilityStatement-base and ValueSet-example-hierarchical",
        ["Bundle-valuesets.json"] = "it holds ValueSet-example-hierarchical",
        ["CapabilityStatement-base.json"] = OtherType,
        ["CapabilityStatement-knowledge-repository.json"] = OtherType,
        ["CapabilityStatement-measure-processor.json"] = OtherType,
        ["CapabilityStatement-terminology-server.json"] = OtherType,
        ["Bundle-dataelements.json"] = "bdl-7: twelve of its entries have a fullUrl that an entry before has",
        ["DeviceMetric-example.json"] = "DeviceMetric.parent may point at a Device only, and points at a DeviceDefinition",
        ["DiagnosticReport-example-pgx.json"] = "its hash is hexadecimal and of other data",
        ["DeviceUseStatement-example.json"] = "DeviceUseStatement.reasonReference points at a type that is not among its targets",
        ["EventDefinition-example.json"] = NoText,
        ["ImplementationGuide-fhir.json"] = "ImplementationGuide.name and status are mandatory and absent",
        ["ig-r4.json"] = "ImplementationGuide.name and status are mandatory and absent",
        ["MedicationRequest-medrx0301.json"] = "MedicationRequest.dispenseRequest.performer may point at an Organization only",
        ["Observation-clinical-gender.json"] = "Observation.performer points at a type that is not among its targets",
        ["Questionnaire-qs1.json"] = "Questionnaire.item.linkId is mandatory and absent",
        ["Questionnaire-zika-virus-exposure-assessment.json"] = NoText,
        ["SearchParameter-codesystem-extensions-CodeSystem-author.json"] = NoBase,
        ["SearchParameter-codesystem-extensions-CodeSystem-effective.json"] = NoBase,
        ["SearchParameter-codesystem-extensions-CodeSystem-end.json"] = NoBase,
        ["SearchParameter-codesystem-extensions-CodeSystem-keyword.json"] = NoBase,
        ["SearchParameter-codesystem-extensions-CodeSystem-workflow.json"] = NoBase,
        ["SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json"] = "its id has 65 characters or more",
        ["SearchParameter-valueset-extensions-ValueSet-author.json"] = NoBase,
        ["SearchParameter-valueset-extensions-ValueSet-effective.json"] = NoBase,
        ["SearchParameter-valueset-extensions-ValueSet-end.json"] = NoBase,
        ["SearchParameter-valueset-extensions-ValueSet-keyword.json"] = NoBase,
        ["SearchParameter-valueset-extensions-ValueSet-workflow.json"] = NoBase,
        ["StructureDefinition-Definition.json"] = NoParent,
        ["StructureDefinition-Event.json"] = NoParent,
        ["StructureDefinition-FiveWs.json"] = NoParent,
        ["StructureDefinition-Request.json"] = NoParent,
        ["ValueSet-example-hierarchical.json"] = "its code system is #hacked, which is no absolute URI",
    };

    [ExamplesFact]
    public void Every_official_example_is_accepted_but_for_those_that_break_a_rule()
    {
        var files = Examples.Files();
        var refused = new ConcurrentBag<string>();
        Parallel.ForEach(files, file =>
        {
            if (ResourceValidator.Validate(File.ReadAllBytes(file), ValidationOptions.Thorough)
                .Any(issue => issue.Severity <= IssueSeverity.Error))
            {
                refused.Add(Path.GetFileName(file));
            }
        });

        Assert.Equal(5306, files.Count);
        Assert.Equal(Wrong.Keys.Order(StringComparer.Ordinal), refused.Order(StringComparer.Ordinal));
    }
}
