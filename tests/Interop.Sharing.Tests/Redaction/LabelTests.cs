using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>Which labels a resource carries, by code, by instrument, by its own word and by where it comes from.</summary>
public sealed class LabelTests
{
    private const string Icd = "http://hl7.org/fhir/sid/icd-10-cm";
    private const string Snomed = "http://snomed.info/sct";
    private const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    private const string Loinc = "http://loinc.org";
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    private const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    [Theory]
    [InlineData(Snomed, "75544000", Labels.OpioidUd)]
    [InlineData(Snomed, "7200002", Labels.EthUd)]
    [InlineData(Snomed, "86406008", Labels.Hiv)]
    [InlineData(Snomed, "706893006", Labels.Sdv)]
    [InlineData(Snomed, "58214004", Labels.Psy)]
    [InlineData(Snomed, "38341003", Labels.None)]
    [InlineData(Icd, "F11.20", Labels.OpioidUd)]
    [InlineData(Icd, "F10", Labels.EthUd)]
    [InlineData(Icd, "B20", Labels.Hiv)]
    [InlineData(Icd, "O98.711", Labels.Hiv)]
    [InlineData(Icd, "T74.11XA", Labels.Sdv)]
    [InlineData(Icd, "I10", Labels.None)]
    [InlineData("urn:oid:2.16.840.1.113883.6.90", "F11.20", Labels.OpioidUd)]
    [InlineData(RxNorm, "6813", Labels.OpioidUd)]
    [InlineData(RxNorm, "7242", Labels.OpioidUd)]
    [InlineData(Loinc, "75626-2", Labels.EthUd)]
    [InlineData(Loinc, "82667-7", Labels.Sud)]
    [InlineData(Loinc, "93374-7", Labels.None)]
    [InlineData(Loinc, "44261-6", Labels.Mh)]
    [InlineData(ActCode, "SDV", Labels.Sdv)]
    [InlineData("http://somewhere.example/codes", "F11.20", Labels.None)]
    public void A_code_anywhere_labels(string system, string code, long expected)
    {
        Assert.Equal(expected, LabelsOf($"'code':{{'coding':[{{'system':'{system}','code':'{code}'}}]}}"));
        Assert.Equal(expected,
            LabelsOf($"'contained':[{{'resourceType':'Basic','code':{{'coding':[{{'code':'{code}','system':'{system}'}}]}}}}]"));
        Assert.Equal(expected, LabelsOf($"'extension':[{{'url':'u','valueCoding':{{'system':'{system}','code':'{code}'}}}}]"));
    }

    /// <summary>What a record was and what it becomes, and which labels fall by that.</summary>
    [Theory]
    [InlineData("'meta':{'security':[{'system':'ACT','code':'PSY'}]}", "'language':'en'", "PSY")]
    [InlineData("'meta':{'security':[{'system':'ACT','code':'PSY'}]}", "'meta':{'security':[{'system':'ACT','code':'HIV'}]}", "PSY")]
    [InlineData("'meta':{'security':[{'system':'ACT','code':'PSY'}]}", "'code':{'coding':[{'code':'F20.0','system':'ICD'}]}", "")]
    [InlineData("'code':{'coding':[{'code':'F11.20','system':'ICD'}]}", "'code':{'coding':[{'code':'I10','system':'ICD'}]}", "OPIOIDUD")]
    [InlineData("'code':{'coding':[{'code':'I10','system':'ICD'}]}", "'code':{'coding':[{'code':'F11.20','system':'ICD'}]}", "")]
    [InlineData("'meta':{'security':[{'system':'CONF','code':'R'}]}", "'language':'en'", "R")]
    [InlineData("'meta':{'security':[{'system':'CONF','code':'V'}]}", "'language':'en'", "V")]
    [InlineData("'meta':{'security':[{'system':'ACT','code':'NEW'}]}", "'language':'en'", "UNKNOWN")]
    [InlineData("'meta':{'security':[{'system':'ACT','code':'42CFRPart2'}]}", "'language':'en'", "42CFRPart2")]
    public void A_label_that_a_record_carried_by_itself_and_would_not_any_more_is_lost(string before, string after, string lost)
    {
        Assert.Equal(lost, string.Join(' ', Desk.Redactor.LabelsLost(Of(before), Of(after), Desk.Source, "Basic")));

        static byte[] Of(string content) => Desk.Json(
            $"{{'resourceType':'Basic',{content}}}"
                .Replace("'ACT'", $"'{ActCode}'", StringComparison.Ordinal)
                .Replace("'CONF'", $"'{Confidentiality}'", StringComparison.Ordinal)
                .Replace("'ICD'", $"'{Icd}'", StringComparison.Ordinal));
    }

    /// <summary>Whatever a status says that nobody knows, or not at all, a prediction is a draft.</summary>
    [Theory]
    [InlineData("'status':'preliminary'", true)]
    [InlineData("'status':'registered'", true)]
    [InlineData("'status':'cancelled'", true)]
    [InlineData("'status':'entered-in-error'", true)]
    [InlineData("'status':'unknown'", true)]
    [InlineData("'language':'en'", true)]
    [InlineData("'note':[{'text':'final'}]", true)]
    [InlineData("'status':'f\\u0069nal'", false)]
    [InlineData("'status':'final'", false)]
    [InlineData("'status':'amended'", false)]
    [InlineData("'status':'corrected'", false)]
    public void A_prediction_is_a_draft_until_somebody_has_answered_for_it(string status, bool isDraft)
    {
        const string Method =
            "'method':{'coding':[{'system':'https://interop.example/fhir/CodeSystem/prediction-method','code':'repeat-encounter-90d'}]}";
        foreach (var parts in new[] { $"{status},{Method}", $"{Method},{status}" })
        {
            var body = Desk.Json($"{{'resourceType':'RiskAssessment','id':'x',{parts},'subject':{{'reference':'Patient/p'}}}}");
            Assert.Equal(Labels.Prediction | (isDraft ? Labels.Draft : Labels.None), Desk.Judge(body).Labels);
        }
    }

    [Fact]
    public void What_a_draft_loses_by_becoming_final_is_no_label_that_somebody_took_away()
    {
        const string Draft = "{'resourceType':'RiskAssessment','id':'x','status':'preliminary','method':{'coding':[{'code':"
            + "'repeat-encounter-90d'}]},'subject':{'reference':'Patient/p'}}";
        var final = Draft.Replace("preliminary", "final", StringComparison.Ordinal);

        Assert.Empty(Desk.Redactor.LabelsLost(Desk.Json(Draft), Desk.Json(final), Desk.Source, "RiskAssessment"));
        Assert.Equal(["PREDICTION"], Desk.Redactor.LabelsLost(
            Desk.Json(Draft), Desk.Json(Draft.Replace("'repeat-", "'", StringComparison.Ordinal)), Desk.Source, "RiskAssessment"));
    }

    [Fact]
    public void A_code_without_a_system_is_judged_by_the_code_alone()
    {
        Assert.Equal(Labels.OpioidUd, LabelsOf("'code':{'coding':[{'code':'F11.20'}]}"));
    }

    [Fact]
    public void A_code_hidden_in_escapes_labels_all_the_same()
    {
        Assert.Equal(Labels.OpioidUd,
            LabelsOf("'code':{'c\\u006fding':[{'\\u0073ystem':'http:\\/\\/snomed.info\\/sct','cod\\u0065':'7554\\u0034000'}]}"));
    }

    [Theory]
    [InlineData(Confidentiality, "N", Labels.None)]
    [InlineData(Confidentiality, "R", Labels.Restricted)]
    [InlineData(Confidentiality, "V", Labels.VeryRestricted)]
    [InlineData(ActCode, "ETHUD", Labels.EthUd)]
    [InlineData(ActCode, "PSYTHPN", Labels.PsyThpN)]
    [InlineData(ActCode, "42CFRPart2", Labels.Part2)]
    [InlineData(ActCode, "NORDSCLCD", Labels.None)]
    [InlineData("https://interop.example/fhir/CodeSystem/sharing-label", "PART2-NOTICE", Labels.None)]
    [InlineData("https://interop.example/fhir/CodeSystem/sharing-label", "CONSENT-SCOPE", Labels.None)]
    [InlineData("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", Labels.None)]
    [InlineData(ActCode, "SOMETHING-NEW", Labels.Unknown)]
    [InlineData(Confidentiality, "X", Labels.Unknown)]
    [InlineData("http://somewhere.example/labels", "secret", Labels.Unknown)]
    public void A_security_label_labels_and_an_unknown_one_is_unknown(string system, string code, long expected)
    {
        Assert.Equal(expected, LabelsOf($"'meta':{{'security':[{{'system':'{system}','code':'{code}'}}]}}"));
    }

    [Fact]
    public void Restricted_needs_no_clearance_of_its_own_where_a_sensitivity_explains_it()
    {
        Assert.Equal(Labels.Psy,
            LabelsOf($"'meta':{{'security':[{{'system':'{Confidentiality}','code':'R'}},{{'system':'{ActCode}','code':'PSY'}}]}}"));
    }

    [Fact]
    public void All_that_a_part_2_programme_writes_about_a_person_is_a_part_2_record()
    {
        var body = Desk.Json(
            "{'resourceType':'Encounter','id':'x','status':'finished','class':{'code':'AMB'},'subject':{'reference':'Patient/p'}}");
        var judged = Desk.Judge(body, Desk.Source with { Part2Program = true });

        Assert.Equal(Labels.Part2, judged.Labels);
        Assert.Equal(["source:part2-program"], judged.LabelRules);
    }

    [Fact]
    public void What_an_agency_says_of_itself_is_labelled_only_by_its_own_word()
    {
        var body =
            Desk.Json($"{{'resourceType':'HealthcareService','id':'x','type':[{{'coding':[{{'system':'{Snomed}','code':'75544000'}}]}}]}}");

        Assert.Equal(Labels.None, Desk.Judge(body, Desk.Source with { Part2Program = true }).Labels);
    }

    [Fact]
    public void Free_text_is_very_restricted_until_somebody_labels_it()
    {
        const string Document = "{'resourceType':'DocumentReference','id':'x','status':'current','content':[{'attachment':{}}]";

        Assert.Equal(Labels.VeryRestricted, Desk.Judge(Desk.Json(Document + "}")).Labels);
        Assert.Equal(Labels.None,
            Desk.Judge(Desk.Json(Document + $",'meta':{{'security':[{{'system':'{Confidentiality}','code':'N'}}]}}}}")).Labels);
        Assert.Equal(Labels.VeryRestricted | Labels.Unknown,
            Desk.Judge(Desk.Json(Document + ",'meta':{'security':[{'system':'s','code':'N'}]}}")).Labels);
    }

    [Fact]
    public void An_instrument_labels_its_answers()
    {
        Assert.Equal(Labels.Sud, Desk.Judge(Desk.Json(
            "{'resourceType':'QuestionnaireResponse','id':'x','status':'completed',"
                + "'questionnaire':'https://interop.example/fhir/Questionnaire/dast-10|2.0'}")).Labels);
    }

    [Fact]
    public void Every_label_names_its_rule()
    {
        var judged = Desk.Judge(
            Desk.Json(
                $"{{'resourceType':'Condition','id':'x','subject':{{'reference':'Patient/p'}},'code':{{'coding':[{{'system':'{Icd}',"
                    + $"'code':'F11.20'}}]}}}}"));

        Assert.Equal(["icd10-opioid:F11"], judged.LabelRules);
    }

    private static long LabelsOf(string members) => Desk.Judge(Desk.Json($"{{'resourceType':'Condition','id':'x',{members}}}")).Labels;
}
