using System.Text.Json;
using Interop.Fhir.Validation;
using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Server.Tests;

/// <summary>The conformance resources in profiles/crisis.</summary>
public sealed class CrisisProfilesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "profiles", "crisis");

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Folder, path))
            .Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_file_is_valid_R4(string file) =>
        Assert.Empty(ResourceValidator.Validate(File.ReadAllBytes(Path.Combine(Folder, file))));

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_file_is_named_by_its_type_and_its_url_ends_in_its_id(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        var root = document.RootElement;
        var (type, id) = (root.GetProperty("resourceType").GetString(), root.GetProperty("id").GetString());

        Assert.StartsWith(type + "-", Path.GetFileName(file), StringComparison.Ordinal);
        if (root.TryGetProperty("url", out var url))
        {
            Assert.Equal($"https://interop.example/fhir/{type}/{id}", url.GetString());
            Assert.Equal($"{type}-{id}.json", Path.GetFileName(file));
        }
    }

    [Fact]
    public void The_example_agreement_and_consent_can_be_in_force()
    {
        var agreement = AgreementReader.Read(File.ReadAllBytes(Path.Combine(Folder, "examples", "Contract-hospital-agreement.json")), "a")!;
        var consent = ConsentReader.Read(
            File.ReadAllBytes(Path.Combine(Folder, "examples", "Consent-intermediate.json")), "c", "crisis-program", 1, 0);

        Assert.Empty(agreement.Problems);
        Assert.Equal(Tier.Full, agreement.Ceiling);
        Assert.Equal(["TREAT", "COC", "CAREMGT"], agreement.Purposes);
        Assert.Empty(consent.Indeterminate);
        Assert.Equal(ConsentState.Active, consent.State);
    }

    [Fact]
    public void A_code_system_counts_its_codes_and_has_none_twice()
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "CodeSystem-*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var codes = document.RootElement.GetProperty("concept").EnumerateArray().Select(it => it.GetProperty("code").GetString());

            Assert.Equal(codes.Distinct().Count(), document.RootElement.GetProperty("count").GetInt32());
        }
    }
}
