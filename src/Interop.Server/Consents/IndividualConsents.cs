using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Json;

namespace Interop.Server.Consents;

/// <summary>
/// What a person does to consents of her own record: she says what she permits and refuses, and takes back what was permitted in her name.
/// Whoever is not of age permits nothing alone, and nobody takes back for her what she has refused herself.
/// </summary>
internal sealed class IndividualConsents(Representation representation) : TypeRule("Consent")
{
    private const string Witness = "http://hl7.org/fhir/StructureDefinition/consent-Witness";

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        if (step.Transaction.Caller.Individual is not { } individual)
        {
            return null;
        }

        using var after = JsonDocument.Parse(step.After, FhirJson.Parsing);
        if (step.Before is not { } stored)
        {
            return Given(step.Transaction, individual, after.RootElement);
        }

        using var before = JsonDocument.Parse(stored, FhirJson.Parsing);
        return Revoked(step.Transaction, individual, before.RootElement, after.RootElement);
    }

    private WriteResult.Refused? Given(GuardedTransaction transaction, Individual individual, JsonElement consent)
    {
        var performers = consent.Items("performer").Select(performer => performer.Text("reference")).ToList();
        return consent.At("patient").Text("reference") != $"Patient/{individual.Patient}"
            ? new(IssueCode.Forbidden, "A person gives consents about her own record alone.", "Consent.patient")
            : performers is not [var speaker] || speaker != individual.Speaker.ToString()
                ? new(IssueCode.BusinessRule, $"Who gives it is {individual.Speaker}, who asks, and nobody else.", "Consent.performer")
            : consent.Extension(Witness).ValueKind != JsonValueKind.Undefined
                ? new(IssueCode.BusinessRule, "Who gives it herself signs it: it needs no witness.", "Consent.extension")
            : Permits(consent.At("provision")) && IsMinorHerself(transaction, individual)
                ? new(IssueCode.BusinessRule, "Who is not of age refuses alone, but permits nothing.", "Consent.provision.type")
            : null;
    }

    private WriteResult.Refused? Revoked(
        GuardedTransaction transaction, Individual individual, JsonElement before, JsonElement after)
    {
        if (after.Text("status") != "inactive" || !IsSameBut(before, after))
        {
            return new(IssueCode.BusinessRule, "Of a consent that is given, only the status is changed, to inactive.", "Consent.status");
        }

        var bySelf = before.Items("performer").Any(performer => performer.Text("reference") == $"Patient/{individual.Patient}");
        return Permits(before.At("provision")) ? null
            : IsMinorHerself(transaction, individual)
                ? new(IssueCode.BusinessRule, "Who is not of age takes back no refusal alone.", "Consent.status")
            : individual.Representative is not null && bySelf
                ? new(IssueCode.BusinessRule, "What the person refused herself, she alone takes back.", "Consent.status")
            : null;
    }

    private bool IsMinorHerself(GuardedTransaction transaction, Individual individual) => individual.Representative is null
        && representation.IsMinor(transaction.Rows, individual, transaction.Caller.Organization, transaction.Instant);

    private static bool Permits(JsonElement provision) =>
        provision.Text("type") == "permit" || provision.Items("provision").Any(Permits);

    private static bool IsSameBut(JsonElement before, JsonElement after)
    {
        string[] changed = ["meta", "status", "id"];
        var names = before.EnumerateObject().Concat(after.EnumerateObject()).Select(property => property.Name).Distinct().Except(changed);
        return names.All(name => JsonElement.DeepEquals(before.At(name), after.At(name)));
    }
}

/// <summary>The one form that a person answers here: what she permits and refuses.</summary>
internal sealed class IndividualForms() : TypeRule("QuestionnaireResponse")
{
    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        if (step.Transaction.Caller.Individual is not { } individual)
        {
            return null;
        }

        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        var response = document.RootElement;
        return ConsentForm.Of(response.Text("questionnaire")) is null
            ? new(IssueCode.Forbidden, "Of forms, a person answers the consent form here.", "QuestionnaireResponse.questionnaire")
            : response.At("subject").Text("reference") != $"Patient/{individual.Patient}"
                ? new(IssueCode.Forbidden, "A person answers about her own record alone.", "QuestionnaireResponse.subject")
            : response.At("source").Text("reference") is { } source && source != individual.Speaker.ToString()
                ? new(IssueCode.BusinessRule, $"Who answers is {individual.Speaker}, who asks.", "QuestionnaireResponse.source")
            : null;
    }
}
