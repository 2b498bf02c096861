using System.Globalization;
using System.Net;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Forms;
using Interop.Server.Settings;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Server.Consents;

/// <summary>
/// The Consent that says what a person said on the form. Its narrative is her copy, in the language in which she was asked: the form with
/// her answers, to be shown or printed.
/// </summary>
internal static class FormConsent
{
    private const string Witness = "http://hl7.org/fhir/StructureDefinition/consent-Witness";

    /// <param name="custodian">Id of the Organization that records it, for whose records it speaks.</param>
    /// <param name="nameOf">What the recorder sees a resource called.</param>
    public static byte[] Of(ConsentAnswers answers, string custodian, Func<ResourceKey, string> nameOf)
    {
        var performer = answers.Performer.ToReference();
        return AuthoredJson.Of(new Consent
        {
            Meta = answers.IsPermit ? new() { Profile = [$"{CrisisProfiles.Base}/StructureDefinition/sharing-consent"] } : null,
            Language = answers.Form.Language,
            Text = new() { Status = Narrative.NarrativeStatus.Generated, Div = CopyOf(answers, nameOf) },
            Extension = answers.Witness is { } heard ? [new(Witness, heard.ToReference())] : [],
            Status = Consent.ConsentState.Active,
            Scope = new("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
            Category = [new("http://loinc.org", "59284-0")],
            Patient = answers.Patient.ToReference(),
            DateTime = answers.Authored,
            Performer = [performer],
            Organization = [new($"Organization/{custodian}")],
            Policy = [new() { Uri = answers.IsForPart2 ? ConsentReader.Part2Policy : $"{CrisisProfiles.Base}/policy/sharing-consent" }],
            Verification = answers.IsWritten
                ? [new() { Verified = true, VerifiedWith = performer, VerificationDate = answers.Authored }]
                : [],
            Provision = new()
            {
                Type = answers.IsPermit ? Consent.ConsentProvisionType.Permit : Consent.ConsentProvisionType.Deny,
                Period = new() { Start = answers.From, End = answers.End is { } end ? TextOf(end) : null },
                Actor =
                [
                    .. answers.Recipients.Select(recipient => new Consent.provisionActorComponent
                    {
                        Role = new("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
                        Reference = recipient.ToReference(),
                    }),
                ],
                Action = [new("http://terminology.hl7.org/CodeSystem/consentaction", "disclose")],
                SecurityLabel = [.. answers.Labels.Select(label => label.Split('|')).Select(label => new Coding(label[0], label[1]))],
                Purpose = [.. answers.Purposes.Select(purpose => new Coding(Purposes.ActReason, purpose))],
            },
        });
    }

    private static string TextOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>XHTML (https://hl7.org/fhir/R4/narrative.html) out of the form's own words.</summary>
    private static string CopyOf(ConsentAnswers answers, Func<ResourceKey, string> nameOf)
    {
        var (form, language) = (answers.Form, answers.Form.Language);
        var copy = new List<string>
        {
            $"<div xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"{language}\" lang=\"{language}\">",
            $"<h1>{Safe(form.Title)}</h1><p>{Safe(nameOf(answers.Patient))}, {TextOf(answers.Day)}</p>",
        };
        foreach (var question in form.AllItems)
        {
            var said = SaidTo(question, answers, nameOf);
            if (question.LinkId == "statement" || (question.Type == "display" && answers is { IsForPart2: true, IsPermit: true }))
            {
                copy.Add($"<p>{Safe(question.Text)}</p>");
            }
            else if (said.Count > 0)
            {
                var list = string.Concat(said.Select(text => $"<li>{Safe(text)}</li>"));
                copy.Add($"<p><b>{Safe(question.Text)}</b></p><ul>{list}</ul>");
            }
        }

        return string.Concat(copy.Append("</div>"));
    }

    private static List<string> SaidTo(FormItem question, ConsentAnswers answers, Func<ResourceKey, string> nameOf)
    {
        return question.LinkId switch
        {
            "decision" => Chosen(answers.IsPermit ? "permit" : "deny"),
            "recipient" => [.. answers.Recipients.Select(nameOf)],
            "tier" or "sensitive" =>
                [.. answers.Labels.Where(question.Options.ContainsKey).Select(label => question.Options[label].Display)],
            "purpose" => [.. answers.Purposes.SelectMany(Chosen)],
            "end" => answers.End is { } end ? [TextOf(end)] : [],
            "manner" => answers.IsPermit ? Chosen(answers.IsWritten ? "written" : "verbal") : [],
            "witness" => answers.Witness is { } witness ? [nameOf(witness)] : [],
            _ => [],
        };

        List<string> Chosen(string code) => [.. question.Options.Where(option => option.Key.EndsWith($"|{code}", StringComparison.Ordinal))
            .Select(option => option.Value.Display)];
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
